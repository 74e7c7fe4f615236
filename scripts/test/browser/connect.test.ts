// The pages in real Chromium: a person connects an account, production and sandbox, and disconnects it.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import t from 'tap';
import type { Running } from '../../demo/processes.ts';
import { startStack } from '../../demo/stack.ts';
import { findChromium } from '../chromium.ts';

const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** The serious and critical faults that axe finds on the page. */
async function accessibilityFaults(page: Page): Promise<string[]> {
  // An isolated world keeps the page's content security policy out of the way of the checker.
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send('Page.getFrameTree');
  const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
  await session.send('Runtime.evaluate', { expression: readFileSync(axePath, 'utf8'), contextId: executionContextId });
  const answer = await session.send('Runtime.evaluate', {
    expression: `axe.run().then((r) => r.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).join(', ')))`,
    contextId: executionContextId,
    awaitPromise: true,
    returnByValue: true,
  });
  if (answer.exceptionDetails !== undefined) throw new Error(answer.exceptionDetails.text);
  return answer.result.value as string[];
}

// Two processes start and a browser walks through pages: minutes on a busy machine.
t.setTimeout(300_000);

t.test('connecting and disconnecting an account in the browser', async (t) => {
  const found = findChromium();
  if (found.path === null) {
    t.fail(found.missing);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'fieldbridge-browser-'));
  const screenshots = process.env['SCREENSHOTS'] ?? join(folder, 'screenshots');
  mkdirSync(screenshots, { recursive: true });
  const running: Running[] = [];
  const stack = await startStack({
    project,
    folder,
    running,
    apiKey: `fbk_test_${randomBytes(18).toString('base64url')}`,
    webhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
    fixedPorts: false,
  });
  const browser = await chromium.launch({
    executablePath: found.path,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  t.teardown(async () => {
    await browser.close();
    for (const process of running.reverse()) await process.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const page = await browser.newPage({ viewport: { width: 1100, height: 760 } });
  let shots = 0;
  const look = async (name: string): Promise<void> => {
    await page.screenshot({
      path: join(screenshots, `${String(++shots).padStart(2, '0')}-${name}.png`),
      fullPage: true,
    });
    t.same(await accessibilityFaults(page), [], `axe finds nothing serious on: ${name}`);
  };

  await page.goto(`${stack.middlewareUrl}/accounts`);
  await look('login');
  await page.getByLabel(/API key/i).fill('not-the-key');
  await page.getByRole('button', { name: /sign in|log in/i }).click();
  t.match(await page.textContent('body'), /key/i, 'a wrong key is refused with a sentence');
  await look('login-refused');
  await page.getByLabel(/API key/i).fill(stack.apiKey);
  await page.getByRole('button', { name: /sign in|log in/i }).click();
  await look('no-accounts');

  for (const sandbox of [false, true]) {
    const environment = sandbox ? 'sandbox' : 'production';
    const choice = page.getByLabel(/Use sandbox environment/i);
    if (sandbox) await choice.check();
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    t.equal(
      new URL(page.url()).origin,
      new URL(sandbox ? stack.sandboxLoginUrl : stack.loginUrl).origin,
      `the ${environment} login host asks for the password`,
    );
    await look(`salesforce-login-${environment}`);
    await page.getByLabel(/username/i).fill(stack.integrationUser.username + (sandbox ? stack.sandboxSuffix : ''));
    await page.getByLabel(/password/i).fill(stack.integrationUser.password);
    await page.getByRole('button', { name: /log in/i }).click();
    await look(`salesforce-allow-${environment}`);
    await page.getByRole('button', { name: /^allow/i }).click();
    await page.waitForURL(`${stack.middlewareUrl}/accounts**`);
    await look(`connected-${environment}`);
    const accounts = await stack.client.accounts();
    t.equal(
      accounts.filter((a) => a.environment === environment && a.state === 'connected').length,
      1,
      `the ${environment} account is connected`,
    );
  }

  await page
    .getByRole('button', { name: /^disconnect/i })
    .first()
    .click();
  await page.waitForURL(`${stack.middlewareUrl}/accounts**`);
  t.match(await page.getByRole('status').textContent(), /^\s*Disconnected\.\s*$/, 'Salesforce was told too');
  t.equal(
    (await stack.client.accounts()).filter((a) => a.state === 'disconnected').length,
    1,
    'one account is disconnected',
  );
  await look('disconnected');

  for (const path of ['surveys', 'deliveries']) {
    await page.goto(`${stack.middlewareUrl}/${path}`);
    await look(path);
  }
});
