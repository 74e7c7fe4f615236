import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Something wrong in the Salesforce source; `file` is relative to the project, `line` counts from 1. */
export interface Finding {
  file: string;
  line: number;
  message: string;
}

/** Every file below `folder`, sorted, as paths that start with it. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The folders that sfdx-project.json names as package directories, in its order. */
export function packageFolders(project: string): string[] {
  const parsed = JSON.parse(readFileSync(join(project, 'sfdx-project.json'), 'utf8')) as {
    packageDirectories: { path: string }[];
  };
  return parsed.packageDirectories.map((directory) => join(project, directory.path));
}

/** The line of the first `text` in `source`; 1 when it is not there. */
export function lineOf(source: string, text: string): number {
  const at = source.indexOf(text);
  return at < 0 ? 1 : source.slice(0, at).split('\n').length;
}

export function inProject(project: string, file: string): string {
  return relative(project, file);
}
