import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { existsSync, readFileSync } from 'node:fs';
import { filesBelow, inProject, lineOf, packageFolders } from './finding.ts';
import type { Finding } from './finding.ts';
import { metadataTypings } from './metadata-typings.ts';
import type { MetadataType } from './metadata-typings.ts';
import { permissionFindings } from './permissions.ts';

/** A parsed element: text, or child elements by name; a name that occurs several times holds a list. */
export type XmlNode = string | { [name: string]: XmlNode | XmlNode[] };

/** A metadata file: its root element's name and content. */
export interface MetadataFile {
  file: string;
  source: string;
  root: string;
  content: { [name: string]: XmlNode | XmlNode[] };
}

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  ignoreDeclaration: true,
  trimValues: true,
});

/** These hold a file beside their -meta.xml; without it, `sf project convert source` drops the code silently. */
const CODE_ENDINGS = ['.cls', '.trigger'];

/**
 * What a deployment would refuse in a field, and the WSDL does not say: [field type, elements it needs].
 * Source: Metadata API Developer Guide, CustomField.
 */
const FIELD_NEEDS: readonly (readonly [string, readonly string[]])[] = [
  ['Text', ['length']],
  ['LongTextArea', ['length', 'visibleLines']],
  ['Html', ['length', 'visibleLines']],
  ['Number', ['precision', 'scale']],
  ['Currency', ['precision', 'scale']],
  ['Percent', ['precision', 'scale']],
  ['Checkbox', ['defaultValue']],
  ['Lookup', ['referenceTo']],
  ['MasterDetail', ['referenceTo']],
  ['MetadataRelationship', ['referenceTo', 'relationshipName']],
  ['Picklist', ['valueSet']],
  ['MultiselectPicklist', ['valueSet', 'visibleLines']],
];

/** Checks every metadata file of the project's package directories against the Metadata WSDL and against each other. */
export function metadataFindings(project: string): { findings: Finding[]; files: number } {
  const findings: Finding[] = [];
  const typings = metadataTypings();
  const metadata: MetadataFile[] = [];
  for (const file of packageFolders(project).flatMap(filesBelow)) {
    if (CODE_ENDINGS.some((ending) => file.endsWith(ending)) && !existsSync(`${file}-meta.xml`)) {
      findings.push({
        file: inProject(project, file),
        line: 1,
        message: 'has no -meta.xml beside it: a deployment would leave it out',
      });
    }
    if (!file.endsWith('-meta.xml')) continue;
    const read = readMetadata(project, file, findings);
    if (read === null) continue;
    metadata.push(read);
    findings.push(...typeFindings(read, typings));
  }
  findings.push(...permissionFindings(metadata, packageFolders(project).flatMap(filesBelow)));
  return { findings, files: metadata.length };
}

function readMetadata(project: string, file: string, findings: Finding[]): MetadataFile | null {
  const source = readFileSync(file, 'utf8');
  const valid = XMLValidator.validate(source);
  if (valid !== true) {
    findings.push({ file: inProject(project, file), line: valid.err.line, message: valid.err.msg });
    return null;
  }
  const parsed = parser.parse(source) as { [name: string]: XmlNode };
  const [root, ...others] = Object.keys(parsed);
  const content = root === undefined ? undefined : parsed[root];
  if (root === undefined || others.length > 0 || content === undefined) {
    findings.push({ file: inProject(project, file), line: 1, message: 'must hold exactly one root element' });
    return null;
  }
  return { file: inProject(project, file), source, root, content: typeof content === 'string' ? {} : content };
}

/** Unknown elements, wrong enumerations, booleans and numbers, repeated or missing elements of one file. */
export function typeFindings(metadata: MetadataFile, typings: Map<string, MetadataType>): Finding[] {
  const findings: Finding[] = [];
  const report = (path: string, message: string): void => {
    const element = path.slice(path.lastIndexOf('/') + 1);
    findings.push({
      file: metadata.file,
      line: lineOf(metadata.source, `<${element}`),
      message: `${path}: ${message}`,
    });
  };
  const checkValue = (node: XmlNode, type: string, path: string): void => {
    const definition = typings.get(type);
    if (definition?.kind === 'enumeration') {
      if (typeof node !== 'string' || !definition.values.has(node))
        report(path, `"${text(node)}" is not one of ${[...definition.values].slice(0, 12).join(', ')}`);
    } else if (definition?.kind === 'complex') {
      checkComplex(typeof node === 'string' ? {} : node, type, definition, path);
    } else if (type === 'boolean' && node !== 'true' && node !== 'false') {
      report(path, `"${text(node)}" is neither true nor false`);
    } else if (type === 'number' && (typeof node !== 'string' || !/^-?\d+(\.\d+)?$/.test(node))) {
      report(path, `"${text(node)}" is not a number`);
    }
  };
  const checkComplex = (
    node: { [name: string]: XmlNode | XmlNode[] },
    type: string,
    definition: Extract<MetadataType, { kind: 'complex' }>,
    path: string,
  ): void => {
    for (const [name, child] of Object.entries(node)) {
      const element = definition.elements.get(name);
      if (element === undefined) {
        report(`${path}/${name}`, `${type} has no such element`);
        continue;
      }
      const children = Array.isArray(child) ? child : [child];
      if (children.length > 1 && !element.repeated) report(`${path}/${name}`, 'may stand only once');
      for (const one of children) checkValue(one, element.type, `${path}/${name}`);
    }
    for (const [name, element] of definition.elements) {
      if (element.required && node[name] === undefined) report(path, `${type} needs <${name}>`);
    }
  };
  const root = typings.get(metadata.root);
  if (root?.kind !== 'complex') report(metadata.root, 'is not a metadata type');
  else checkComplex(metadata.content, metadata.root, root, metadata.root);
  if (metadata.root === 'CustomField') {
    const type = text(metadata.content['type'] ?? '');
    for (const needed of FIELD_NEEDS.find(([name]) => name === type)?.[1] ?? []) {
      if (metadata.content[needed] === undefined) report('CustomField', `a field of type ${type} needs <${needed}>`);
    }
  }
  return findings;
}

/** An element's text; empty for an element with children. */
export function text(node: XmlNode | XmlNode[] | undefined): string {
  return typeof node === 'string' ? node : '';
}
