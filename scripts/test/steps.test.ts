import t from 'tap';
import { tally, tapFilter } from './steps.ts';

t.test('a tally is read from the closing line, the TAP totals or the exit code', async (t) => {
  t.same(tally('closing line', 'x\n1 passed, 1 failed\n12 passed, 0 failed\n', 0), {
    passed: 12,
    failed: 0,
    skipped: 0,
  });
  t.same(tally('closing line', '5 passed, 2 failed, 3 skipped\n', 1), { passed: 5, failed: 2, skipped: 3 });
  t.same(tally('tap', '# { total: 9, pass: 6, fail: 1, skip: 2 }\n', 1), { passed: 6, failed: 1, skipped: 2 });
  t.same(tally('exit', 'whatever', 0), { passed: 1, failed: 0, skipped: 0 });
});

t.test('a command that fails without a failing check, or passes without any, counts as a failure', async (t) => {
  t.same(tally('tap', '# { total: 3, pass: 3 }\n', 1), { passed: 3, failed: 1, skipped: 0 });
  t.same(tally('closing line', 'crashed', 1), { passed: 0, failed: 1, skipped: 0 });
  t.same(tally('tap', 'TAP version 14\n1..0\n', 0), { passed: 0, failed: 1, skipped: 0 });
  t.same(tally('exit', '', 2), { passed: 0, failed: 1, skipped: 0 });
});

t.test('of TAP the files, the failures with their diagnosis and the skips are shown', async (t) => {
  const tap = [
    '# Subtest: a.test.ts',
    '    ok 1 - fine',
    '      ---',
    '      secret: detail',
    '      ...',
    '    not ok 2 - broken',
    '      ---',
    '      found: 1',
    '      ...',
    '    ok 3 - later # SKIP no server',
    'not ok 1 - a.test.ts # time=3ms',
    '# { total: 3, pass: 1, fail: 1, skip: 1 }',
    '',
  ].join('\n');
  const expected = [
    '    not ok 2 - broken',
    '      ---',
    '      found: 1',
    '      ...',
    '    ok 3 - later # SKIP no server',
    'not ok 1 - a.test.ts # time=3ms',
    '# { total: 3, pass: 1, fail: 1, skip: 1 }',
    '',
  ].join('\n');
  const filter = tapFilter();
  t.equal([tap.slice(0, 70), tap.slice(70)].map(filter).join(''), expected);
});
