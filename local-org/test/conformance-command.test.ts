import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { measure, reportOf } from '../src/testing/conformance.ts';
import { stageProject } from '../src/testing/foreign-project.ts';

// `npm run conformance`: the figures of a project with something of each kind.

const META = '<?xml version="1.0" encoding="UTF-8"?>\n';
const FILES: Record<string, string> = {
  'sfdx-project.json': JSON.stringify({ packageDirectories: [{ path: 'app' }, { path: 'absent' }] }),
  'app/classes/Used.cls': `
    public class Used {
      public static String known() { return 'known'; }
      public static void unknown() { Nowhere.Thing t = Nowhere.make(); }
      public static void wrong() { Integer i = 'text'; }
      private Nowhere.Thing field;
    }`,
  'app/classes/UsedTest.cls': `
    @IsTest private class UsedTest {
      @IsTest static void passes() { System.assertEquals('known', Used.known()); }
      @IsTest static void fails() { System.assertEquals('other', Used.known()); }
      @IsTest static void throwsException() { insert new Account(); }
      @IsTest static void stops() { Used.unknown(); }
      @IsTest static void stopsToo() { Used.unknown(); }
      @IsTest static void doesNotCompile() { Used.wrong(); }
    }`,
  'app/classes/Broken.cls': 'public class Broken { this is no Apex }',
  'app/strange/Odd.strangeThing-meta.xml': `${META}<StrangeThing xmlns="http://soap.sforce.com/2006/04/metadata"/>\n`,
  'absentminded/classes/Ignored.cls': 'not in a package directory',
};

function project(): string {
  const folder = mkdtempSync(join(tmpdir(), 'local-org-foreign-'));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

t.test('a project with something of each kind', async (t) => {
  const folder = project();
  const staged = stageProject(folder);
  t.teardown(() => {
    staged.remove();
    rmSync(folder, { recursive: true });
  });
  const progress: string[] = [];
  const figures = await measure(staged, { onProgress: (done, all) => progress.push(`${done}/${all}`) });
  t.equal(figures.tests, 6);
  t.equal(figures.passed, 1);
  t.equal(figures.failed, 2, 'an assertion and an exception');
  t.equal(figures.stopped, 3, 'not modelled, or not compiled');
  t.strictSame(
    figures.stops.map((s) => s.tests),
    [2, 1],
    'counted by name',
  );
  t.match(figures.stops[0]?.what, /Nowhere/);
  t.match(figures.stops[1]?.what, /does not compile here: Illegal assignment from String to Integer/);
  const named = [...figures.faults.map((f) => f.what), ...figures.skipped.map((s) => s.reason)];
  t.ok(
    named.some((n) => /strangeThing/.test(n)),
    'unknown metadata is named',
  );
  t.ok(
    figures.faults.some((f) => /does not compile here/.test(f.what)),
    'a class that cannot be read is named',
  );
  t.strictSame(progress, ['0/1', '1/1']);
  const report = reportOf(figures, true);
  t.match(report, /UsedTest.fails: System.AssertException: Assertion Failed: Expected: other, Actual: known/);
  t.match(report, /6 tests in [\d.]+ s: 1 pass, 2 fail by an assertion or exception, 3 stop at something not modelled/);
});

t.test('one test of a bare folder', async (t) => {
  const folder = project();
  const staged = stageProject(join(folder, 'app'));
  t.teardown(() => {
    staged.remove();
    rmSync(folder, { recursive: true });
  });
  const figures = await measure(staged, { filters: ['UsedTest.passes'] });
  t.strictSame([figures.tests, figures.passed], [1, 1]);
  t.throws(() => stageProject(join(folder, 'nowhere')), /ENOENT/);
});
