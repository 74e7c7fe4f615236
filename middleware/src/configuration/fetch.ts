import type { Logger } from 'pino';
import type { Account, AccountRepository } from '../accounts/repository.ts';
import type { TokenKeeper } from '../accounts/tokens.ts';
import { RefreshFailedError } from '../accounts/tokens.ts';
import { errorOf, jsonOf, ReconnectRequiredError, SalesforceClient } from '../salesforce/client.ts';
import { RequestError } from '../salesforce/http.ts';
import type { HostPolicy } from '../salesforce/hosts.ts';
import type { SalesforceSettings } from '../environment.ts';
import { parseConfiguration } from '../salesforce/contract.ts';
import type { ConfigurationRepository } from './repository.ts';

export interface ConfigurationFetcherOptions {
  accounts: AccountRepository;
  tokens: TokenKeeper;
  configurations: ConfigurationRepository;
  settings: SalesforceSettings;
  policy: HostPolicy;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Called when an account has another configuration than before. */
  onChange: (accountId: number) => void;
}

/** Fetches the configuration of an org and keeps it in the database. */
export class ConfigurationFetcher {
  readonly #options: ConfigurationFetcherOptions;

  constructor(options: ConfigurationFetcherOptions) {
    this.#options = options;
  }

  /**
   * Fetches with `If-None-Match`. A failure is noted at the account and logged; the configuration before stays valid.
   *
   * @returns true when the org answered
   */
  async fetch(account: Account): Promise<boolean> {
    const { accounts, tokens, configurations, settings, policy, log, onChange } = this.#options;
    try {
      const client = new SalesforceClient(settings, policy, tokens.session(account));
      const headers: Record<string, string> =
        account.configVersion === null ? {} : { 'if-none-match': `"${account.configVersion}"` };
      const answer = await client.apexRest('GET', '/v1/configuration', headers);
      await accounts.countCall(account.id, client.apiUsage);
      if (answer.status === 304) {
        await configurations.markUnchanged(account.id);
        return true;
      }
      if (answer.status !== 200) {
        await this.#failed(account, `${errorOf(answer).code} (HTTP ${answer.status})`);
        return false;
      }
      const configuration = parseConfiguration(jsonOf(answer));
      await configurations.save(account.id, configuration);
      if (configuration.configVersion !== account.configVersion) {
        log.info({ accountId: account.id, configVersion: configuration.configVersion }, 'configuration changed');
        onChange(account.id);
      }
      return true;
    } catch (error) {
      if (error instanceof ReconnectRequiredError) {
        await accounts.requireReconnect(
          account.id,
          error.code,
          (await accounts.byId(account.id))?.sealedTokens ?? null,
        );
        await this.#failed(account, error.code);
        return false;
      }
      if (error instanceof RequestError || error instanceof RefreshFailedError) {
        await this.#failed(account, error.code);
        return false;
      }
      await this.#failed(account, error instanceof Error ? error.message : 'unknown');
      return false;
    }
  }

  async #failed(account: Account, reason: string): Promise<void> {
    this.#options.log.warn({ accountId: account.id, reason }, 'configuration could not be fetched');
    await this.#options.configurations.markFailed(account.id, reason);
  }
}
