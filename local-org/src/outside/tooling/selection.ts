import { discoverTests } from '../../testing/discover.ts';
import { ApiError } from '../rest/api-error.ts';
import { textOf, type ToolingStore } from './store.ts';

/** The tests to run of one class. */
export interface ClassTests {
  className: string;
  classId: string;
  methods: string[];
}

/** A request of the test runner, as its two resources take it. */
export interface TestRequest {
  tests: ClassTests[];
  skipCodeCoverage: boolean;
  /** RunLocalTests or RunAllTestsInOrg */
  all: boolean;
}

type Json = Record<string, unknown>;

const LEVELS = ['RunSpecifiedTests', 'RunLocalTests', 'RunAllTestsInOrg'];

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = (message: string): ApiError => new ApiError(400, 'INVALID_INPUT', message);

/** The names of a list that is an array or a text with commas. */
function names(value: unknown): string[] {
  if (typeof value === 'string') return value.split(',').map((part) => part.trim());
  return Array.isArray(value) ? value.filter((part) => typeof part === 'string') : [];
}

/**
 * Which tests the body of `runTestsSynchronous` or `runTestsAsynchronous` asks for (Tooling API, "Running Tests").
 * @throws ApiError INVALID_INPUT for unknown classes, methods, suites and levels
 */
export function readTestRequest(tooling: ToolingStore, body: unknown): TestRequest {
  if (!isObject(body)) throw invalid('The test run needs a JSON object');
  const skipCodeCoverage = body['skipCodeCoverage'] === true || body['skipCodeCoverage'] === 'true';
  const level = body['testLevel'];
  if (level !== undefined && level !== null && !(typeof level === 'string' && LEVELS.includes(level))) {
    throw invalid(`Invalid testLevel: ${JSON.stringify(level)}`);
  }
  if (body['category'] !== undefined && !names(body['category']).every((c) => c === 'Apex')) {
    throw new ApiError(501, 'NOT_MODELLED', 'Not modelled: tests of another category than Apex');
  }
  const all = level === 'RunLocalTests' || level === 'RunAllTestsInOrg';
  const filters = all ? null : new Map<string, string[] | null>();
  const want = (className: string, methods: string[] | null): void => {
    const key = className.toLowerCase();
    const before = filters?.get(key);
    filters?.set(key, before === null || methods === null ? null : [...(before ?? []), ...methods]);
  };
  for (const entry of Array.isArray(body['tests']) ? (body['tests'] as unknown[]) : []) {
    if (!isObject(entry)) throw invalid('Each of the tests must be an object');
    want(classOf(tooling, entry), entry['testMethods'] === undefined ? null : names(entry['testMethods']));
  }
  for (const id of [...names(body['classids']), ...names(body['classIds'])]) want(byId(tooling, id), null);
  for (const name of names(body['classNames'])) want(name, null);
  for (const className of suiteClasses(tooling, body)) want(className, null);
  if (filters?.size === 0) {
    throw invalid('Specify tests, class names, class Ids, suites or a testLevel');
  }
  return { tests: resolve(tooling, filters), skipCodeCoverage, all };
}

function classOf(tooling: ToolingStore, entry: Json): string {
  if (typeof entry['classId'] === 'string') return byId(tooling, entry['classId']);
  if (typeof entry['className'] === 'string') return entry['className'];
  throw invalid('Each of the tests needs a className or a classId');
}

function byId(tooling: ToolingStore, id: string): string {
  const name = tooling.className(id);
  if (name === null) throw invalid(`Enter a valid class ID. ${id} is not one`);
  return name;
}

function suiteClasses(tooling: ToolingStore, body: Json): string[] {
  const wantedNames = names(body['suiteNames']).map((name) => name.toLowerCase());
  const wantedIds = [...names(body['suiteids']), ...names(body['suiteIds'])].map((id) => id.slice(0, 15));
  const found: string[] = [];
  const suites = tooling.rows('ApexTestSuite').filter((row) => {
    const name = textOf(row.values.get('testsuitename')).toLowerCase();
    return wantedNames.includes(name) || wantedIds.includes(row.id.slice(0, 15));
  });
  if (suites.length < new Set(wantedNames).size + new Set(wantedIds).size) throw invalid('Enter a valid test suite');
  for (const suite of suites) {
    for (const row of tooling.rows('TestSuiteMembership')) {
      if (idText(row.values.get('apextestsuiteid')) !== suite.id) continue;
      const name = tooling.className(idText(row.values.get('apexclassid')));
      if (name !== null) found.push(name);
    }
  }
  return found;
}

const idText = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'value' in value ? String(value.value) : '';

/** @param filters class -> methods, null = all of them; null = every test of the org */
function resolve(tooling: ToolingStore, filters: Map<string, string[] | null> | null): ClassTests[] {
  const found = discoverTests(tooling.org.testOrg().program, filters === null ? [] : [...filters.keys()]);
  const tests: ClassTests[] = [];
  for (const { cls, methods } of found) {
    const wanted = filters?.get(cls.name.toLowerCase()) ?? null;
    const names = methods.map((method) => method.name);
    const unknown = wanted?.find((name) => !names.some((n) => n.toLowerCase() === name.toLowerCase()));
    if (unknown !== undefined) throw invalid(`The class ${cls.name} has no test method ${unknown}`);
    const chosen = names.filter((n) => wanted === null || wanted.some((w) => w.toLowerCase() === n.toLowerCase()));
    tests.push({ className: cls.name, classId: tooling.codeId(cls.name)?.value ?? '', methods: chosen });
  }
  for (const name of filters?.keys() ?? []) {
    if (tests.some((test) => test.className.toLowerCase() === name)) continue;
    throw invalid(
      `This class name's value is invalid: ${name}. Provide the name of an Apex class that has test methods.`,
    );
  }
  return tests;
}
