// `npm test`: installs what is missing, then runs every check and test (scripts/test/main.ts) on the project's Node.
import { ensureInstalled, runOnProjectNode } from './lib/prepare.mjs';

ensureInstalled('all');
runOnProjectNode('scripts/test/main.ts', process.argv.slice(2));
