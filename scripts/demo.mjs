// `npm run demo [-- --once]`: installs what is missing, then runs scripts/demo/main.ts on the project's Node.
import { ensureInstalled, runOnProjectNode } from './lib/prepare.mjs';

ensureInstalled('demo');
runOnProjectNode('scripts/demo/main.ts', process.argv.slice(2));
