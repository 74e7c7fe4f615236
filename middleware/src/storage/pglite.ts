import fs from 'node:fs';
import path from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import type { Transaction as PGliteTransaction } from '@electric-sql/pglite';
import type { Database, QueryResult, Transaction } from './database.ts';
import { DurableNodeFS, durableStartParameters, syncPath, syncTree } from './durable-node-fs.ts';
import { lockFolder } from './folder-lock.ts';

/** The embedded storage, with what a test needs to see that a commit reached the disk. */
export interface EmbeddedDatabase extends Database {
  readonly kind: 'pglite';
  /** How many files were synced since the start. */
  syncs(): number;
}

/**
 * Opens the embedded database in a folder, made durable and locked for this process.
 *
 * @param dataFolder absolute path; made when missing, readable by its owner only
 * @throws Error when another process uses the folder
 */
export async function openPGlite(dataFolder: string): Promise<EmbeddedDatabase> {
  fs.mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const release = lockFolder(dataFolder);
  try {
    const folder = path.join(dataFolder, 'database');
    const ready = path.join(dataFolder, 'database.ready');
    const isNew = !fs.existsSync(ready);
    // A first start that was killed half way leaves half a cluster, which holds no committed row.
    if (isNew) fs.rmSync(folder, { recursive: true, force: true });
    const files = new DurableNodeFS(folder);
    const pglite = await PGlite.create({
      fs: files,
      startParams: durableStartParameters(),
      parsers: { [types.INT8]: Number },
    });
    if (isNew) {
      syncTree(folder);
      fs.writeFileSync(ready, '', { flush: true });
      syncPath(dataFolder);
    }
    return wrap(pglite, files, release);
  } catch (error) {
    release();
    throw error;
  }
}

function wrap(pglite: PGlite, files: DurableNodeFS, release: () => void): EmbeddedDatabase {
  const run = async <Row>(
    target: PGlite | PGliteTransaction,
    text: string,
    parameters: readonly unknown[] = [],
  ): Promise<QueryResult<Row>> => {
    const result = await target.query<Row>(text, [...parameters]);
    return { rows: result.rows, count: result.rows.length > 0 ? result.rows.length : (result.affectedRows ?? 0) };
  };
  return {
    kind: 'pglite',
    syncs: () => files.syncs,
    query: (text, parameters) => run(pglite, text, parameters),
    transaction: (work) =>
      pglite.transaction((inner) => {
        const transaction: Transaction = {
          query: (text, parameters) => run(inner, text, parameters),
          script: async (text) => {
            await inner.exec(text);
          },
        };
        return work(transaction);
      }),
    close: async () => {
      try {
        await pglite.close();
      } finally {
        release();
      }
    },
  };
}
