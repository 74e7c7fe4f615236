import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

/** A project of which parts can be left out; nothing in the project itself is changed. */
export interface ForeignProject {
  /** the folder to load */
  readonly folder: string;
  /** what is left out and why, by path in the project */
  readonly skipped: { file: string; reason: string }[];
  /** Leaves a file out. @returns false when it is none of the project or is left out already */
  skip(file: string, reason: string): boolean;
  /** Leaves out every metadata file of that type. @param type as in `.flow-meta.xml` */
  skipType(type: string, reason: string): boolean;
  /** removes the view; call it at the end */
  remove(): void;
}

const DEFAULT_META = `<?xml version="1.0" encoding="UTF-8"?>
<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">
    <apiVersion>65.0</apiVersion>
    <status>Active</status>
</ApexClass>
`;

/**
 * Makes a view of an sfdx project: a temporary folder with links to its files.
 * @param root with an sfdx-project.json, whose package directories are taken, or a bare folder
 * @throws Error when there is no such folder
 */
export function stageProject(root: string): ForeignProject {
  const base = resolve(root);
  const folder = mkdtempSync(join(tmpdir(), 'local-org-conformance-'));
  const links = new Map<string, string>();
  const skipped: ForeignProject['skipped'] = [];
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    for (const part of packageDirectories(base)) {
      for (const file of walk(part)) {
        const link = join(folder, relative(base, file));
        mkdirSync(dirname(link), { recursive: true });
        symlinkSync(file, link);
        links.set(link, file);
      }
    }
    for (const link of links.keys()) {
      if (!/\.(cls|trigger)$/.test(link) || existsSync(`${link}-meta.xml`)) continue;
      writeFileSync(`${link}-meta.xml`, DEFAULT_META);
    }
  } catch (error) {
    remove();
    throw error;
  }
  const skip = (link: string, reason: string): boolean => {
    const file = links.get(link);
    if (file === undefined) return false;
    links.delete(link);
    rmSync(link);
    rmSync(`${link}-meta.xml`, { force: true });
    skipped.push({ file: relative(base, file), reason });
    return true;
  };
  return {
    folder,
    skipped,
    skip,
    skipType(type, reason) {
      const found = [...links.keys()].filter((link) => link.endsWith(`.${type}-meta.xml`));
      for (const link of found) skip(link, reason);
      return found.length > 0;
    },
    remove,
  };
}

function packageDirectories(base: string): string[] {
  const file = join(base, 'sfdx-project.json');
  if (!existsSync(file)) return [base];
  const project = JSON.parse(readFileSync(file, 'utf8')) as { packageDirectories?: { path: string }[] };
  return (project.packageDirectories ?? []).map((d) => join(base, d.path)).filter((path) => existsSync(path));
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder).sort()) {
    if (entry === 'node_modules' || entry.startsWith('.')) continue;
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) yield* walk(path);
    else yield path;
  }
}
