import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';

/**
 * Syntax trees of source that was parsed before, in files named by a hash. Parsing takes most of the time of loading an
 * org: about 50 ms a class while the parser is cold. A tree depends on nothing but the source and the parser, and both
 * are in the hash, so an entry never goes stale.
 */
export class ParseCache {
  readonly #folder: string;
  readonly #parser: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#parser = parserDigest();
  }

  /** The tree of a source, from the cache or from `parse`. Where the folder cannot be used, it is parsed every time. */
  get<Tree>(kind: string, file: string, source: string, parse: () => Tree): Tree {
    const key = createHash('sha256').update(`${this.#parser}\0${kind}\0${file}\0${source}`).digest('hex');
    const path = join(this.#folder, key);
    const stored = readIfThere(path);
    if (stored !== null) return deserialize(stored) as Tree;
    const tree = parse();
    this.#store(path, serialize(tree));
    return tree;
  }

  #store(path: string, data: Buffer): void {
    const temporary = `${path}.${process.pid}`;
    try {
      mkdirSync(this.#folder, { recursive: true });
      writeFileSync(temporary, data);
      // a rename, so that another process never reads half a tree
      renameSync(temporary, path);
      this.#prune();
    } catch (error) {
      if (!isUnusable(error)) throw error;
    }
  }

  /** Keeps the folder from growing for ever: the entries that were not used for longest go. */
  #prune(): void {
    const names = readdirSync(this.#folder);
    if (names.length <= MAXIMUM_ENTRIES) return;
    const aged = names.map((name) => {
      const path = join(this.#folder, name);
      return { path, usedAt: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
    });
    aged.sort((a, b) => a.usedAt - b.usedAt);
    for (const { path } of aged.slice(0, names.length - MAXIMUM_ENTRIES / 2)) rmSync(path, { force: true });
  }
}

const MAXIMUM_ENTRIES = 1000;

function readIfThere(path: string): Buffer | null {
  try {
    const data = readFileSync(path);
    const now = new Date();
    utimesSync(path, now, now);
    return data;
  } catch (error) {
    if (isUnusable(error)) return null;
    throw error;
  }
}

/** No such entry, or a folder that this user may not write: nothing that stops a load. */
function isUnusable(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR'].includes(code);
}

/** Tells one parser from another: the library's version, V8's format, and this program's own tree builder. */
function parserDigest(): string {
  const hash = createHash('sha256').update(process.versions.v8);
  const library = createRequire(import.meta.url).resolve('@apexdevtools/apex-parser');
  const { size, mtimeMs } = statSync(library);
  hash.update(`${library} ${size} ${mtimeMs}`);
  const soql = join(import.meta.dirname, '../../soql');
  for (const path of [
    ...readdirSync(import.meta.dirname)
      .sort()
      .map((name) => join(import.meta.dirname, name)),
    join(soql, 'parse.ts'),
    join(soql, 'ast.ts'),
  ]) {
    hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}
