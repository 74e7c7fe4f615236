import { basename, dirname } from 'node:path';
import { lineOf } from './finding.ts';
import type { Finding } from './finding.ts';
import { text } from './metadata.ts';
import type { MetadataFile, XmlNode } from './metadata.ts';

/** What the package directories define, by lower-case API name. */
interface Defined {
  objects: Set<string>;
  /** `object.field` -> whether a permission set may name it */
  fields: Map<string, { required: boolean }>;
  classes: Set<string>;
  customPermissions: Set<string>;
  tabs: Set<string>;
  applications: Set<string>;
}

/** Which element of a permission set names a thing by which child, and where that thing is defined. */
const REFERENCES: readonly (readonly [element: string, child: string, defined: keyof Defined])[] = [
  ['classAccesses', 'apexClass', 'classes'],
  ['customPermissions', 'name', 'customPermissions'],
  ['objectPermissions', 'object', 'objects'],
  ['customMetadataTypeAccesses', 'name', 'objects'],
  ['fieldPermissions', 'field', 'fields'],
  ['tabSettings', 'tab', 'tabs'],
  ['applicationVisibilities', 'application', 'applications'],
];

/** Permission sets that name what does not exist, or give access to a field for which a deployment refuses it. */
export function permissionFindings(metadata: MetadataFile[], allFiles: string[]): Finding[] {
  const defined = collect(metadata, allFiles);
  const findings: Finding[] = [];
  for (const file of metadata.filter((m) => m.root === 'PermissionSet')) {
    for (const [element, child, where] of REFERENCES) {
      for (const entry of list(file.content[element])) {
        const name = typeof entry === 'string' ? '' : text(entry[child]);
        const problem = check(defined, where, name);
        if (problem !== null)
          findings.push({
            file: file.file,
            line: lineOf(file.source, `<${child}>${name}<`),
            message: `${element} names ${name}: ${problem}`,
          });
      }
    }
  }
  return findings;
}

function check(defined: Defined, where: keyof Defined, name: string): string | null {
  const key = name.toLowerCase();
  if (where === 'fields') {
    const field = defined.fields.get(key);
    if (field !== undefined)
      return field.required
        ? 'a required or master-detail field takes no field permission (the deployment refuses it)'
        : null;
    // Standard fields and objects are not in source: only names with __c can be told to be missing.
    return isCustom(name.slice(name.indexOf('.') + 1)) ? 'there is no such field' : null;
  }
  if (where === 'objects' && !isCustom(name)) return null;
  if (where === 'tabs' && name.startsWith('standard-')) return null;
  return defined[where].has(key) ? null : 'there is no such thing in the source';
}

function isCustom(name: string): boolean {
  return /__(c|mdt|e|b)$/i.test(name);
}

function collect(metadata: MetadataFile[], allFiles: string[]): Defined {
  const defined: Defined = {
    objects: new Set(),
    fields: new Map(),
    classes: new Set(),
    customPermissions: new Set(),
    tabs: new Set(),
    applications: new Set(),
  };
  for (const file of allFiles) if (file.endsWith('.cls')) defined.classes.add(basename(file, '.cls').toLowerCase());
  for (const file of metadata) {
    const name = basename(file.file)
      .replace(/\.[a-zA-Z]+-meta\.xml$/, '')
      .toLowerCase();
    if (file.root === 'CustomObject') defined.objects.add(name);
    else if (file.root === 'CustomPermission') defined.customPermissions.add(name);
    else if (file.root === 'CustomTab') defined.tabs.add(name);
    else if (file.root === 'CustomApplication') defined.applications.add(name);
    else if (file.root === 'CustomField') {
      const object = basename(dirname(dirname(file.file))).toLowerCase();
      const required = text(file.content['required']) === 'true' || text(file.content['type']) === 'MasterDetail';
      defined.fields.set(`${object}.${name}`, { required });
    }
  }
  return defined;
}

function list(node: XmlNode | XmlNode[] | undefined): XmlNode[] {
  return node === undefined ? [] : Array.isArray(node) ? node : [node];
}
