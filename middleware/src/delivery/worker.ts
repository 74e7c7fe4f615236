import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Account, AccountRepository } from '../accounts/repository.ts';
import type { TokenKeeper } from '../accounts/tokens.ts';
import { describeError } from '../common/loop.ts';
import type { ConfigurationFetcher } from '../configuration/fetch.ts';
import type { ConfigurationRepository } from '../configuration/repository.ts';
import type { DeliverySettings, SalesforceSettings } from '../environment.ts';
import type { ResponseEnvelope } from '../ingest/envelope.ts';
import { lookupKey, toItem } from '../mapping/map.ts';
import { evaluate } from '../rules/evaluate.ts';
import { ReconnectRequiredError, SalesforceClient } from '../salesforce/client.ts';
import type { Configuration, DeliveryItem } from '../salesforce/contract.ts';
import type { HostPolicy } from '../salesforce/hosts.ts';
import { BatchSize } from './batch-size.ts';
import * as breaker from './breaker.ts';
import { budgetOf } from './budget.ts';
import { callResponses } from './call.ts';
import type { CallOutcome } from './call.ts';
import { backoff } from './classify.ts';
import { dead, failed, settlementOf } from './outcomes.ts';
import { LANES } from './repository.ts';
import type { ClaimedDelivery, DeliveryError, Lane, DeliveryRepository, Settlement } from './repository.ts';

/** What the worker tells the metrics. */
export interface DeliveryObserver {
  called(seconds: number, items: number, result: string): void;
  settled(state: string): void;
}

export interface DeliveryWorkerOptions {
  deliveries: DeliveryRepository;
  accounts: AccountRepository;
  tokens: TokenKeeper;
  configurations: ConfigurationRepository;
  fetcher: ConfigurationFetcher;
  settings: DeliverySettings;
  salesforce: SalesforceSettings;
  policy: HostPolicy;
  observer: DeliveryObserver;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  random?: () => number;
}

/** A delivery ready to be sent. */
interface Prepared {
  delivery: ClaimedDelivery;
  item: DeliveryItem;
}

/** Longest pause of an account that is over its limit, unreachable or not set up. */
const MAX_PAUSE = 15 * 60_000;
/** Milliseconds until a used-up API budget is looked at again. */
const BUDGET_PAUSE = 5 * 60_000;
/** As many deliveries that fail alone while none succeeds mean that the org fails, not they. */
const SYSTEMIC = 3;
const MAX_STALE_IN_A_ROW = 3;

/** Delivers for one account, batch after batch, while there is something to deliver. */
export class DeliveryWorker {
  readonly #accountId: number;
  readonly #options: DeliveryWorkerOptions;
  readonly #size = new BatchSize();
  readonly #random: () => number;
  #stopping = false;
  #staleInARow = 0;

  constructor(accountId: number, options: DeliveryWorkerOptions) {
    this.#accountId = accountId;
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** Lets the batch under way finish and claims no other. */
  stop(): void {
    this.#stopping = true;
  }

  /** Runs until nothing is due or the account cannot take more for now. */
  async run(): Promise<void> {
    const { accounts, deliveries, settings } = this.#options;
    while (!this.#stopping) {
      const account = await accounts.byId(this.#accountId);
      if (account?.state !== 'connected') return;
      if (account.pauseCount > 0) this.#size.probe();
      const lanes = await this.#lanes(account);
      if (lanes.length === 0) return;
      const lease = randomUUID();
      const claimed = await deliveries.claim(this.#accountId, lease, settings.lease, this.#size.value, lanes);
      if (claimed.length === 0) return;
      const heartbeat = setInterval(() => {
        deliveries.renew(lease, settings.lease).catch((error: unknown) => {
          this.#options.log.warn(
            { accountId: this.#accountId, reason: describeError(error) },
            'lease could not be renewed',
          );
        });
      }, settings.lease / 3);
      try {
        if (!(await this.#deliver(account, lease, claimed))) return;
      } finally {
        clearInterval(heartbeat);
      }
    }
  }

  /** The lanes that the API budget allows; without any the account waits for the next hour of the count. */
  async #lanes(account: Account): Promise<Lane[]> {
    const budget = budgetOf({
      calls: await this.#options.accounts.callsOfLastDay(account.id),
      used: account.apiUsed,
      limit: account.apiLimit,
      share: account.apiShare ?? this.#options.settings.apiShare,
    });
    if (budget.backfill) return [LANES.live, LANES.backfill];
    if (budget.live) return [LANES.live];
    await this.#options.accounts.hold(account.id, BUDGET_PAUSE, 'budget: API_BUDGET_USED');
    this.#options.log.warn({ accountId: account.id, calls: budget.calls }, 'API budget is used up, deliveries wait');
    return [];
  }

  /** @returns whether the account can take the next batch at once */
  async #deliver(account: Account, lease: string, claimed: ClaimedDelivery[]): Promise<boolean> {
    const configuration = await this.#options.configurations.find(account.id);
    if (configuration === undefined) {
      await this.#release(lease, claimed, this.#options.settings.poll);
      return false;
    }
    const prepared = await this.#prepare(lease, claimed, configuration);
    const client = this.#client(account);
    if (client === undefined) {
      await this.#release(
        lease,
        prepared.map((entry) => entry.delivery),
      );
      await this.#options.accounts.requireReconnect(account.id, 'NO_TOKENS', account.sealedTokens);
      return false;
    }
    const parts = prepared.length === 0 ? [] : [prepared];
    const progress = { succeeded: 0, isolated: 0 };
    const waitingKeys = new Set<string>();
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      // What follows a delivery that waits has to wait too, or it would overtake.
      const held = part.filter((entry) => waitingKeys.has(entry.delivery.lookupKey));
      const sent = part.filter((entry) => !waitingKeys.has(entry.delivery.lookupKey));
      await this.#release(
        lease,
        held.map((entry) => entry.delivery),
      );
      if (sent.length === 0) continue;
      const call = await callResponses(
        client,
        configuration.configVersion,
        sent.map((entry) => entry.item),
      );
      this.#observe(call, sent.length);
      await this.#options.accounts.countCall(account.id, client.apiUsage);
      if (call.answered) {
        progress.succeeded += 1;
        this.#staleInARow = 0;
        await this.#settleAnswer(lease, sent, call);
        if (account.pauseCount > 0) await this.#options.accounts.resume(account.id);
        await this.#recover(account);
        if (call.configVersion !== configuration.configVersion) await this.#refetch(account.id);
        continue;
      }
      const halves = call.reaction.kind === 'bisect' && sent.length > 1 ? split(sent) : undefined;
      if (halves !== undefined) {
        parts.unshift(...halves);
        continue;
      }
      if (call.reaction.kind === 'bisect') {
        progress.isolated += 1;
        await this.#settleFailure(lease, sent, call.reaction.alone, call.error);
        for (const entry of sent) if (call.reaction.alone === 'retry') waitingKeys.add(entry.delivery.lookupKey);
        if (progress.succeeded > 0 || progress.isolated < SYSTEMIC) continue;
        await this.#release(
          lease,
          parts.flat().map((entry) => entry.delivery),
        );
        await this.#open(account, call.error);
        return false;
      }
      await this.#release(
        lease,
        parts.flat().map((entry) => entry.delivery),
      );
      return this.#react(account, lease, sent, call.reaction, call.error);
    }
    return true;
  }

  /** Decides and maps again with the configuration of now; settles what is not to be sent. */
  async #prepare(lease: string, claimed: ClaimedDelivery[], configuration: Configuration): Promise<Prepared[]> {
    const settlements: Settlement[] = [];
    const prepared: Prepared[] = [];
    for (const delivery of claimed) {
      const skip = (code: string, message: string, outcome = 'skipped'): void => {
        settlements.push({ id: delivery.id, to: 'skipped', outcome, reason: { code, message } });
      };
      const connection = configuration.connections.find((candidate) => candidate.name === delivery.connection);
      if (connection === undefined) {
        skip('connection_removed', 'The connection is no longer in the org');
        continue;
      }
      if (delivery.storedVersion > delivery.version) {
        skip('superseded', 'A newer version of the response arrived', 'superseded');
        continue;
      }
      try {
        const response = JSON.parse(delivery.body) as ResponseEnvelope;
        const decision = evaluate(connection, response);
        const key = lookupKey(connection, response);
        if (!decision.deliver) skip(decision.reason.code, decision.reason.message);
        // Another lookup since it was queued: back in line, where its new key is looked after.
        else if (key !== delivery.lookupKey)
          settlements.push({ id: delivery.id, to: 'pending', delay: 0, failed: false, lookupKey: key });
        else prepared.push({ delivery, item: toItem(connection, response, delivery.replay) });
      } catch (error) {
        const message = error instanceof Error ? error.message : 'Unknown';
        settlements.push({
          id: delivery.id,
          to: 'rejected',
          outcome: 'rejected',
          error: { code: 'UNSUPPORTED_CONFIGURATION', message },
        });
      }
    }
    await this.#settle(lease, settlements);
    return prepared;
  }

  #client(account: Account): SalesforceClient | undefined {
    try {
      return new SalesforceClient(
        this.#options.salesforce,
        this.#options.policy,
        this.#options.tokens.session(account),
      );
    } catch (error) {
      if (error instanceof ReconnectRequiredError) return undefined;
      throw error;
    }
  }

  async #settleAnswer(lease: string, sent: Prepared[], call: CallOutcome & { answered: true }): Promise<void> {
    const deferred = call.outcomes.filter((outcome) => outcome?.outcome === 'deferred').length;
    const stuck = deferred === sent.length && sent.length === 1;
    const settlements = sent.map(({ delivery }, index) => {
      const outcome = call.outcomes[index];
      if (outcome?.outcome === 'deferred' && stuck) {
        return failed(
          delivery,
          { code: 'DEFERRED', message: 'The org has no budget even for this response alone' },
          this.#options.settings,
          this.#random(),
        );
      }
      return settlementOf(delivery, outcome, this.#options.settings, this.#random());
    });
    await this.#settle(lease, settlements);
    if (deferred > 0) this.#size.tooLarge(sent.length, sent.length - deferred);
    else this.#size.answered(call.duration, sent.length);
  }

  async #settleFailure(lease: string, sent: Prepared[], end: 'retry' | 'dead', error: DeliveryError): Promise<void> {
    const random = this.#random(); // one for all, so that what was sent together comes back together
    await this.#settle(
      lease,
      sent.map(({ delivery }) =>
        end === 'dead' ? dead(delivery.id, error) : failed(delivery, error, this.#options.settings, random),
      ),
    );
  }

  async #react(
    account: Account,
    lease: string,
    sent: Prepared[],
    reaction: Exclude<(CallOutcome & { answered: false })['reaction'], { kind: 'bisect' }>,
    error: DeliveryError,
  ): Promise<boolean> {
    const batch = sent.map((entry) => entry.delivery);
    switch (reaction.kind) {
      case 'retry':
        await this.#settleFailure(lease, sent, 'retry', error);
        if (reaction.shrink) this.#size.tooLarge(sent.length);
        return true;
      case 'shrink':
        if (sent.length === 1) await this.#settleFailure(lease, sent, 'dead', error);
        else await this.#release(lease, batch);
        this.#size.tooLarge(sent.length);
        return true;
      case 'wait':
        await this.#release(lease, batch);
        if (reaction.reason === 'outage') await this.#open(account, error);
        else await this.#pause(account, reaction.reason, error);
        return false;
      case 'reconnect': {
        await this.#release(lease, batch);
        const tokens = (await this.#options.accounts.byId(account.id))?.sealedTokens ?? null;
        await this.#options.accounts.requireReconnect(account.id, error.code, tokens);
        this.#options.log.warn({ accountId: account.id, code: error.code }, 'account has to be connected again');
        return false;
      }
      case 'reconfigure':
        await this.#release(lease, batch);
        this.#staleInARow += 1;
        if ((await this.#refetch(account.id)) && this.#staleInARow < MAX_STALE_IN_A_ROW) return true;
        await this.#pause(account, 'set_up', error);
        return false;
    }
  }

  async #refetch(accountId: number): Promise<boolean> {
    const account = await this.#options.accounts.byId(accountId);
    return account !== undefined && (await this.#options.fetcher.fetch(account));
  }

  /** The org is away: the breaker opens, for longer each time. */
  async #open(account: Account, error: DeliveryError): Promise<void> {
    const now = (await this.#options.accounts.byId(account.id)) ?? account;
    const step = breaker.opened(breakerOf(now), this.#breakerPolicy, this.#random());
    await this.#options.accounts.moveBreaker(account.id, step);
    this.#options.log.warn(
      { accountId: account.id, code: error.code, milliseconds: Math.round(step.wait) },
      'breaker open',
    );
  }

  async #recover(account: Account): Promise<void> {
    if (account.breaker === 'closed') return;
    const step = breaker.answered(breakerOf(account), this.#breakerPolicy);
    await this.#options.accounts.moveBreaker(account.id, step);
    if (step.state === 'closed') this.#options.log.info({ accountId: account.id }, 'breaker closed');
  }

  get #breakerPolicy(): breaker.BreakerPolicy {
    const { retryBase, retryMax, burstGap } = this.#options.settings;
    return { base: retryBase, max: Math.min(MAX_PAUSE, retryMax), gap: burstGap };
  }

  async #pause(account: Account, reason: string, error: DeliveryError): Promise<void> {
    const current = (await this.#options.accounts.byId(account.id))?.pauseCount ?? 0;
    const { retryBase, retryMax } = this.#options.settings;
    const pause = backoff(current + 1, retryBase, Math.min(MAX_PAUSE, retryMax), this.#random());
    await this.#options.accounts.pause(account.id, pause, `${reason}: ${error.code}`);
    this.#options.log.warn(
      { accountId: account.id, reason, code: error.code, milliseconds: Math.round(pause) },
      'deliveries paused',
    );
  }

  /** Back to pending with nothing counted. */
  async #release(lease: string, batch: ClaimedDelivery[], delay = 0): Promise<void> {
    await this.#settle(
      lease,
      batch.map((delivery) => ({ id: delivery.id, to: 'pending', delay, failed: false })),
    );
  }

  async #settle(lease: string, settlements: Settlement[]): Promise<void> {
    if (settlements.length === 0) return;
    const settled = await this.#options.deliveries.settle(lease, settlements);
    if (settled < settlements.length) {
      this.#options.log.warn(
        { accountId: this.#accountId, lost: settlements.length - settled },
        'lease lost: outcomes left to its new holder',
      );
      return;
    }
    for (const settlement of settlements)
      if (settlement.to !== 'pending') this.#options.observer.settled(settlement.to);
  }

  #observe(call: CallOutcome, items: number): void {
    const result = call.answered ? 'answered' : call.reaction.kind;
    this.#options.observer.called(call.duration / 1000, items, result);
    const line = { accountId: this.#accountId, items, milliseconds: Math.round(call.duration), result };
    if (call.answered) this.#options.log.info(line, 'batch delivered');
    else this.#options.log.warn({ ...line, code: call.error.code }, 'batch not delivered');
  }
}

function breakerOf(account: Account): breaker.Breaker {
  return { state: account.breaker, count: account.breakerCount, burst: account.breakerBurst };
}

/** Two halves, cut between lookup values where there are several, so that equal ones stay together and in order. */
export function split(batch: Prepared[]): [Prepared[], Prepared[]] {
  const groups = Map.groupBy(batch, (entry) => entry.delivery.lookupKey);
  if (groups.size === 1) {
    const middle = Math.ceil(batch.length / 2);
    return [batch.slice(0, middle), batch.slice(middle)];
  }
  const left: Prepared[] = [];
  const right: Prepared[] = [];
  for (const group of groups.values())
    (left.length < batch.length / 2 && left.length + group.length < batch.length ? left : right).push(...group);
  return right.length === 0 ? [left.slice(0, -1), left.slice(-1)] : [left, right];
}
