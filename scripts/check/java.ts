import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A Java that can run apex-ls (17 or newer): `JAVA_HOME`, then `java` on the path. Throws with what to do otherwise. */
export function findJava(): string {
  const candidates = [
    ...(process.env['JAVA_HOME'] === undefined ? [] : [join(process.env['JAVA_HOME'], 'bin', 'java')]),
    'java',
    '/usr/lib/jvm/java-17-openjdk-amd64/bin/java',
  ];
  for (const java of candidates) {
    if (java.includes('/') && !existsSync(java)) continue;
    const version = /version "(\d+)/.exec(spawnSync(java, ['-version'], { encoding: 'utf8' }).stderr ?? '')?.[1];
    if (version !== undefined && Number(version) >= 17) return java;
  }
  throw new Error(
    'The Apex check needs Java 17 or newer: install it (Debian: apt-get install openjdk-17-jre-headless) or set JAVA_HOME.',
  );
}
