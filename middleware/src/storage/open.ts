import { openPGlite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import { migrate } from './migrate.ts';
import type { Database } from './database.ts';

/** Where the data goes: a server when its URL is given, else the data folder. */
export interface StorageOptions {
  databaseUrl?: string | undefined;
  dataFolder: string;
  onIdleError: (error: Error) => void;
}

/** Opens the storage and brings its schema up to date. */
export async function openStorage(options: StorageOptions): Promise<Database> {
  const database =
    options.databaseUrl === undefined
      ? await openPGlite(options.dataFolder)
      : openPostgres(options.databaseUrl, options.onIdleError);
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
