import { ApexParserFactory } from '@apexdevtools/apex-parser';
import type { ApexParserRuleContext, ApexParseTree } from '@apexdevtools/apex-parser';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { apexFindings } from './apex.ts';
import { filesBelow, inProject, packageFolders } from './finding.ts';
import type { Finding } from './finding.ts';

/** A field that a query names: `path` read from a record of `object`, e.g. `Account.Owner.Name` from `Contact`. */
export interface SoqlReference {
  object: string;
  path: string;
  file: string;
  line: number;
}

/**
 * Checks the fields and objects that inline SOQL names; apex-ls is blind to them. Each is turned into an Apex
 * expression on a variable of that object (`r.Account.Owner.Name`) in a generated class beside a copy of the source,
 * and apex-ls, which knows the fields of standard and own objects, says which do not exist.
 * String literals that hold a whole query are read too; queries put together at run time cannot be.
 */
export function soqlFindings(project: string): { findings: Finding[]; queries: number } {
  const references: SoqlReference[] = [];
  let queries = 0;
  for (const file of packageFolders(project).flatMap(filesBelow)) {
    if (!file.endsWith('.cls') && !file.endsWith('.trigger')) continue;
    const found = referencesIn(readFileSync(file, 'utf8'), inProject(project, file), file.endsWith('.trigger'));
    references.push(...found.references);
    queries += found.queries;
  }
  return { findings: checkReferences(project, references), queries };
}

/** The fields that the queries of one Apex file name. */
export function referencesIn(
  source: string,
  file: string,
  trigger = false,
): { references: SoqlReference[]; queries: number } {
  const parser = ApexParserFactory.createParser(source, true);
  const references: SoqlReference[] = [];
  let queries = 0;
  const visit = (node: ApexParseTree): void => {
    const kind = ruleName(node);
    if (kind === 'QueryContext') {
      queries++;
      collect(node as ApexParserRuleContext, file, 0, references);
    }
    if (kind === 'LiteralContext') {
      const query = /^'(\s*SELECT\s.*\sFROM\s.*)'$/is.exec(nodeText(node))?.[1];
      if (query !== undefined) {
        const inner = ApexParserFactory.createParser(query.replaceAll("\\'", "'"), true).query();
        queries++;
        collect(inner, file, lineOfNode(node) - 1, references);
      }
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(trigger ? parser.triggerUnit() : parser.compilationUnit());
  return { references, queries };
}

/** Adds the references of one query; nested queries are added with the object that they read. */
function collect(
  query: ApexParserRuleContext,
  file: string,
  lineOffset: number,
  into: SoqlReference[],
  parent?: string,
): void {
  const from = childrenOf(query).find((c) => ruleName(c) === 'FromNameListContext');
  if (from === undefined) return;
  const names = childrenOf(from);
  const object = parent ?? nodeText(names.find((c) => ruleName(c) === 'FieldNameContext'));
  const alias = nodeText(names.find((c) => ruleName(c) === 'SoqlIdContext'));
  const outputAliases = new Set<string>();
  into.push({ object, path: 'Id', file, line: lineOffset + lineOfNode(from) });
  const visit = (node: ApexParseTree, inSelect: boolean): void => {
    const kind = ruleName(node);
    if (node === from || kind === 'BoundExpressionContext') return;
    if (kind === 'SubQueryContext') {
      // In SELECT it reads child records through a relationship of this object, in WHERE an object of its own.
      const inner = childrenOf(node).find((c) => ruleName(c) === 'FromNameListContext');
      const relationship = nodeText(inner === undefined ? undefined : childrenOf(inner)[0]);
      collect(
        node as ApexParserRuleContext,
        file,
        lineOffset,
        into,
        inSelect ? `${object}|${relationship}` : undefined,
      );
      return;
    }
    if (kind === 'SelectEntryContext') {
      const output = childrenOf(node).find((c) => ruleName(c) === 'SoqlIdContext');
      if (output !== undefined) outputAliases.add(nodeText(output).toLowerCase());
    }
    if (kind === 'FieldNameContext' || kind === 'DateFieldNameContext') {
      let path = nodeText(node);
      if (alias !== '' && path.toLowerCase().startsWith(`${alias.toLowerCase()}.`)) path = path.slice(alias.length + 1);
      if (!outputAliases.has(path.toLowerCase()))
        into.push({ object, path, file, line: lineOffset + lineOfNode(node) });
      return;
    }
    for (const child of childrenOf(node)) visit(child, inSelect || kind === 'SelectListContext');
  };
  for (const child of childrenOf(query)) visit(child, ruleName(child) === 'SelectListContext');
}

function checkReferences(project: string, references: SoqlReference[]): Finding[] {
  const copy = mkdtempSync(join(tmpdir(), 'soql-check-'));
  try {
    const folders = packageFolders(project);
    const directories = folders.map((folder, i) => ({ path: `${i}-${basename(folder)}`, default: i === 0 }));
    folders.forEach((folder, i) => cpSync(folder, join(copy, directories[i]?.path ?? ''), { recursive: true }));
    mkdirSync(join(copy, 'generated'));
    const { sourceApiVersion } = JSON.parse(readFileSync(join(project, 'sfdx-project.json'), 'utf8')) as {
      sourceApiVersion: string;
    };
    writeFileSync(
      join(copy, 'sfdx-project.json'),
      JSON.stringify({ packageDirectories: [...directories, { path: 'generated' }], sourceApiVersion }),
    );
    const name = 'GeneratedSoqlReferences';
    writeFileSync(join(copy, 'generated', `${name}.cls`), referenceClass(name, references));
    writeFileSync(
      join(copy, 'generated', `${name}.cls-meta.xml`),
      `<?xml version="1.0" encoding="UTF-8"?><ApexClass xmlns="http://soap.sforce.com/2006/04/metadata"><apiVersion>${sourceApiVersion}</apiVersion><status>Active</status></ApexClass>`,
    );
    return apexFindings(copy, project)
      .filter((finding) => finding.file.startsWith('generated'))
      .flatMap((finding) => {
        const reference = references[finding.line - 2];
        if (reference === undefined)
          return [{ ...finding, message: `in the generated references: ${finding.message}` }];
        const what = reference.path === 'Id' ? reference.object : `${reference.object}.${reference.path}`;
        return [
          {
            file: reference.file,
            line: reference.line,
            message: `SOQL names ${what.replace('|', '.')}: ${finding.message}`,
          },
        ];
      });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** One method a line, the first on line 2, so that a finding's line tells the reference. */
function referenceClass(name: string, references: SoqlReference[]): string {
  const lines = references.map(({ object, path }, i) => {
    const [parent = '', relationship] = object.split('|');
    const record = relationship === undefined ? 'r' : `r.${relationship}[0]`;
    // An aggregate's COUNT() has no field; Name of a polymorphic parent is typed as SObject and cannot be followed.
    return `    void q${i}(${parent} r) { Object f = ${record}.${path}; }`;
  });
  return `public class ${name} {\n${lines.join('\n')}\n}\n`;
}

function childrenOf(node: ApexParseTree): ApexParseTree[] {
  return (node as { children?: ApexParseTree[] | null }).children ?? [];
}

function ruleName(node: ApexParseTree): string {
  return node.constructor.name;
}

function nodeText(node: ApexParseTree | undefined): string {
  return node === undefined ? '' : node.getText();
}

function lineOfNode(node: ApexParseTree): number {
  return (node as { start?: { line: number } }).start?.line ?? 1;
}
