import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"';

/** Writes a small sfdx source folder: path below the folder -> text. @returns the folder */
export function sourceFolder(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'local-org-source-'));
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

/** A metadata file: root element and what stands in it. */
export function metadata(root: string, inner: string): string {
  return `${HEAD}<${root} ${NAMESPACE}>${inner}</${root}>\n`;
}

/** An Apex class with its -meta.xml. */
export function apexClass(name: string, text: string): Record<string, string> {
  return {
    [`classes/${name}.cls`]: text,
    [`classes/${name}.cls-meta.xml`]: metadata('ApexClass', '<apiVersion>65.0</apiVersion><status>Active</status>'),
  };
}

/** A field of an object: `Text`, 'Label', and more elements. */
export function customField(object: string, name: string, type: string, inner: string): Record<string, string> {
  return {
    [`objects/${object}/fields/${name}.field-meta.xml`]: metadata(
      'CustomField',
      `<fullName>${name}</fullName><label>${name.replace('__c', '').replaceAll('_', ' ')}</label><type>${type}</type>${inner}`,
    ),
  };
}
