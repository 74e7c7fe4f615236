import fs from 'node:fs';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** The parts of Emscripten's stream and file-system objects that syncing needs; its typings leave them out. */
interface EmscriptenStream {
  nfd?: number;
  node: unknown;
}
interface NodeFileSystem {
  stream_ops: { fsync?: (stream: EmscriptenStream) => number };
  realPath(node: unknown): string;
}

/**
 * PGlite's file system on Node with a working fsync. The stock one has none and PGlite starts with fsync off, so that
 * a commit stays in the page cache of the machine. See docs/adr/0011.
 */
export class DurableNodeFS extends NodeFS {
  /** How often a file or folder was synced; a test counts it around a commit. */
  syncs = 0;

  override async init(
    pg: Parameters<NodeFS['init']>[0],
    options: Parameters<NodeFS['init']>[1],
  ): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pg, options);
    const addSync = (module: unknown): void => {
      const nodeFs = (module as { FS: { filesystems?: { NODEFS?: NodeFileSystem } }; NODEFS?: NodeFileSystem }).NODEFS;
      if (nodeFs === undefined) throw new Error('PGlite offers no NODEFS: its storage cannot be made durable');
      nodeFs.stream_ops.fsync = (stream) => {
        this.syncs += 1;
        if (stream.nfd !== undefined) fs.fsyncSync(stream.nfd);
        else syncPath(nodeFs.realPath(stream.node));
        return 0;
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), addSync] } };
  }
}

/** PGlite's start parameters without `-F` (fsync off) and with a sync method that its WASM build passes on to the host. */
export function durableStartParameters(): string[] {
  const kept = PGlite.defaultStartParams.filter((parameter) => parameter !== '-F');
  return [...kept, '-c', 'fsync=on', '-c', 'wal_sync_method=fsync', '-c', 'synchronous_commit=on'];
}

/** Syncs one file or folder. */
export function syncPath(target: string): void {
  const descriptor = fs.openSync(target, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Syncs a folder with all it holds: initdb wrote the first files without a sync. */
export function syncTree(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const target = path.join(folder, entry.name);
    if (entry.isDirectory()) syncTree(target);
    else if (entry.isFile()) syncPath(target);
  }
  syncPath(folder);
}
