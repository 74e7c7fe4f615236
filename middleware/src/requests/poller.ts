import type { Logger } from 'pino';
import type { Account, AccountRepository } from '../accounts/repository.ts';
import type { TokenKeeper } from '../accounts/tokens.ts';
import type { BackfillRepository } from '../backfill/repository.ts';
import { describeError } from '../common/loop.ts';
import type { ConfigurationRepository } from '../configuration/repository.ts';
import type { DeliveryRepository } from '../delivery/repository.ts';
import type { SalesforceSettings } from '../environment.ts';
import type { ErasureService } from '../erasure/service.ts';
import { jsonOf, SalesforceClient } from '../salesforce/client.ts';
import { parseRequests } from '../salesforce/requests.ts';
import type { OrgRequest, RequestReply } from '../salesforce/requests.ts';
import type { HostPolicy } from '../salesforce/hosts.ts';

export interface RequestPollerOptions {
  accounts: AccountRepository;
  tokens: TokenKeeper;
  configurations: ConfigurationRepository;
  deliveries: DeliveryRepository;
  backfills: BackfillRepository;
  erasure: ErasureService;
  settings: SalesforceSettings;
  policy: HostPolicy;
  log: Pick<Logger, 'info' | 'warn'>;
  wake: () => void;
}

/** Carries out what people in an org asked for, and tells the org how it goes. */
export class RequestPoller {
  readonly #options: RequestPollerOptions;

  constructor(options: RequestPollerOptions) {
    this.#options = options;
  }

  /** Asks one org. A failure is logged; the next poll asks again. */
  async poll(account: Account): Promise<void> {
    const { accounts, tokens, settings, policy, log } = this.#options;
    try {
      const client = new SalesforceClient(settings, policy, tokens.session(account));
      const answer = await client.apexRest('GET', '/v1/requests');
      await accounts.countCall(account.id, client.apiUsage);
      if (answer.status === 404) return; // a package without requests
      const requests = answer.status === 200 ? parseRequests(jsonOf(answer)) : undefined;
      if (requests === undefined) {
        log.warn({ accountId: account.id, status: answer.status }, 'requests of the org could not be read');
        return;
      }
      for (const request of requests) {
        const reply = await this.#carryOut(account, request);
        const told = await client.apexRest('POST', `/v1/requests/${encodeURIComponent(request.id)}`, {}, reply);
        await accounts.countCall(account.id, client.apiUsage);
        log.info(
          { accountId: account.id, type: request.type, state: reply.status, status: told.status },
          'request of the org carried out',
        );
      }
      if (requests.length > 0) this.#options.wake();
    } catch (error) {
      log.warn({ accountId: account.id, reason: describeError(error) }, 'requests of the org could not be fetched');
    }
  }

  async #carryOut(account: Account, request: OrgRequest): Promise<RequestReply> {
    switch (request.type) {
      case 'retry': {
        const count = await this.#options.deliveries.replayWhere(account.workspaceId, account.id, request);
        return { status: 'done', message: null, total: count, done: count };
      }
      case 'erase':
        if (request.responseId === null) return failed('A response id is needed');
        await this.#options.erasure.erase(account.workspaceId, request.surveyId ?? undefined, request.responseId);
        return { status: 'done', message: null, total: 1, done: 1 };
      case 'backfill_start':
        return this.#startBackfill(account, request);
      case 'backfill_pause':
      case 'backfill_resume':
      case 'backfill_cancel':
        return this.#controlBackfill(account, request);
    }
  }

  async #startBackfill(account: Account, request: OrgRequest): Promise<RequestReply> {
    const { backfills, configurations } = this.#options;
    const known = await backfills.ofRequest(account.id, request.id);
    if (known === undefined) {
      const configuration = await configurations.find(account.id);
      const connection = configuration?.connections.find((candidate) => candidate.name === request.connection);
      if (connection?.active !== true) return failed('There is no active connection of this name');
      const started = await backfills.start({
        workspaceId: account.workspaceId,
        accountId: account.id,
        connection: connection.name,
        surveyId: connection.surveyId,
        origin: 'org',
        originId: request.id,
      });
      if (started === undefined) return failed('A backfill of this connection is under way');
      return { status: 'running', message: null, total: 0, done: 0 };
    }
    const ended = known.state === 'completed' || known.state === 'cancelled';
    const open = await backfills.open(known.id, 1_000_000);
    return {
      status: ended ? 'done' : 'running',
      message: known.state,
      total: known.matching,
      done: Math.max(0, known.queued - open),
    };
  }

  async #controlBackfill(account: Account, request: OrgRequest): Promise<RequestReply> {
    const { backfills } = this.#options;
    const open = request.connection === null ? undefined : await backfills.openOf(account.id, request.connection);
    if (open === undefined) return failed('No backfill of this connection is under way');
    const action = ({ backfill_pause: 'pause', backfill_resume: 'resume', backfill_cancel: 'cancel' } as const)[
      request.type as 'backfill_pause'
    ];
    const changed = await backfills[action](account.workspaceId, open.id);
    return changed ? { status: 'done', message: null, total: 0, done: 0 } : failed(`It is ${open.state}`);
  }
}

function failed(message: string): RequestReply {
  return { status: 'failed', message, total: 0, done: 0 };
}
