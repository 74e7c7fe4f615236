import type { Execution, Pause } from '../execution/execution.ts';
import { civilOf, dayOf } from '../values/date.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import { dayAt } from '../soql/date-formula.ts';
import { ApexDate, ApexId, SObjectValue } from '../values/value.ts';
import type { DmlError, Value } from '../values/value.ts';
import type { AccessMode, DmlRequest } from './contract.ts';
import type { DmlContext } from './dml.ts';
import { pendingChange, pendingInsert } from './dml.ts';
import { failure } from './failure.ts';
import { failed } from './pending.ts';
import type { Pending } from './pending.ts';
import { RecordReader } from './reader.ts';
import { indexKey } from './row.ts';
import type { Row } from './row.ts';
import { saveRows } from './save.ts';
import type { StoreTransaction } from './transaction.ts';

/** One Database.LeadConvert. */
export interface LeadConversion {
  leadId: string | null;
  accountId: string | null;
  contactId: string | null;
  opportunityId: string | null;
  opportunityName: string | null;
  convertedStatus: string | null;
  ownerId: string | null;
  doNotCreateOpportunity: boolean;
  overwriteLeadSource: boolean;
}

export interface LeadConvertRequest {
  conversions: LeadConversion[];
  allOrNone: boolean;
  access: AccessMode;
  withSharing: boolean;
}

export interface LeadConvertRow {
  success: boolean;
  leadId: string | null;
  accountId: string | null;
  contactId: string | null;
  opportunityId: string | null;
  errors: DmlError[];
}

const ADDRESS = ['Street', 'City', 'State', 'PostalCode', 'Country', 'Latitude', 'Longitude', 'GeocodeAccuracy'];

const addressTo = (prefix: string): [string, string][] => ADDRESS.map((part) => [part, `${prefix}${part}`]);

/** Salesforce Help, "Lead Conversion Field Mapping": standard fields only; the mapping of custom fields is not modelled. */
const TO_ACCOUNT: [string, string][] = [
  ['Company', 'Name'],
  ...addressTo('Billing'),
  ['AnnualRevenue', 'AnnualRevenue'],
  ['Fax', 'Fax'],
  ['Industry', 'Industry'],
  ['LeadSource', 'AccountSource'],
  ['NumberOfEmployees', 'NumberOfEmployees'],
  ['Phone', 'Phone'],
  ['Rating', 'Rating'],
  ['Website', 'Website'],
];
const SAME_IN_CONTACT =
  'FirstName LastName Salutation Title Email Phone MobilePhone Fax LeadSource Description DoNotCall HasOptedOutOfEmail HasOptedOutOfFax';
const TO_CONTACT: [string, string][] = [
  ...SAME_IN_CONTACT.split(' ').map((name): [string, string] => [name, name]),
  ...addressTo('Mailing'),
];

/** Converts leads (Apex Reference, "Database.convertLead"): one DML statement, each lead stands or falls as a whole. */
export function* runLeadConvert(
  x: Execution,
  tx: StoreTransaction,
  request: LeadConvertRequest,
): Generator<Pause, LeadConvertRow[], void> {
  x.limits.use('dmlStatements');
  x.limits.use('dmlRows', request.conversions.length);
  const mark = tx.mark();
  const rows: LeadConvertRow[] = [];
  for (const conversion of request.conversions) {
    const before = tx.mark();
    const row = yield* new Conversion(x, tx, request, conversion).run();
    rows.push(row);
    if (!row.success) tx.undoTo(before);
  }
  if (request.allOrNone && rows.some((row) => !row.success)) tx.undoTo(mark);
  return rows;
}

class Conversion {
  readonly #x: Execution;
  readonly #tx: StoreTransaction;
  readonly #request: LeadConvertRequest;
  readonly #conversion: LeadConversion;
  readonly #errors: DmlError[] = [];

  constructor(x: Execution, tx: StoreTransaction, request: LeadConvertRequest, conversion: LeadConversion) {
    this.#x = x;
    this.#tx = tx;
    this.#request = request;
    this.#conversion = conversion;
  }

  *run(): Generator<Pause, LeadConvertRow, void> {
    const { leadId, doNotCreateOpportunity, opportunityId } = this.#conversion;
    const lead = this.#lead();
    let accountId: string | null = null;
    let contactId: string | null = null;
    let createdId: string | null = null;
    if (lead !== null) {
      accountId = yield* this.#target('Account', this.#conversion.accountId, lead, TO_ACCOUNT, []);
      if (accountId !== null) {
        const link: [string, Value][] = [['accountid', new ApexId(accountId)]];
        contactId = yield* this.#target('Contact', this.#conversion.contactId, lead, TO_CONTACT, link);
        if (opportunityId === null && !doNotCreateOpportunity) createdId = yield* this.#opportunity(lead, link);
        if (contactId !== null) this.#moveActivities(lead, contactId);
        if (this.#errors.length === 0) yield* this.#close(lead, accountId, contactId, opportunityId ?? createdId);
      }
    }
    const success = this.#errors.length === 0;
    return success
      ? { success, leadId, accountId, contactId, opportunityId: opportunityId ?? createdId, errors: [] }
      : { success, leadId, accountId: null, contactId: null, opportunityId: null, errors: this.#errors };
  }

  #object(name: string): ObjectDefinition {
    const object = this.#tx.schema.object(name);
    if (object === null) throw new Error(`The schema has no ${name}`);
    return object;
  }

  /** The status codes are those of the SOAP API's convertLead(); the words are an assumption. */
  #lead(): Row | null {
    const { leadId, convertedStatus } = this.#conversion;
    const lead = leadId === null ? null : this.#tx.get(this.#object('Lead'), leadId);
    const converted = convertedStatus !== null && this.#isConvertedStatus(convertedStatus);
    if (lead === null) this.#errors.push(failure('INVALID_CROSS_REFERENCE_KEY', 'invalid lead ID'));
    else if (lead.values.get('isconverted') === true) {
      this.#errors.push(failure('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead'));
    } else if (!converted) {
      this.#errors.push(failure('INVALID_STATUS', `invalid convertedStatus: ${convertedStatus ?? ''}`));
    } else return lead;
    return null;
  }

  #isConvertedStatus(status: string): boolean {
    return this.#tx
      .all(this.#object('LeadStatus'))
      .some((row) => row.values.get('isconverted') === true && row.values.get('masterlabel') === status);
  }

  #context(operation: DmlRequest['operation']): DmlContext {
    const { access, withSharing } = this.#request;
    const reader = new RecordReader(this.#tx.schema, this.#tx, { now: this.#x.now(), userId: this.#x.user.id });
    const request = {
      operation,
      records: [],
      allOrNone: true,
      access,
      withSharing,
      externalIdField: null,
      options: null,
    };
    return { x: this.#x, tx: this.#tx, request, reader };
  }

  /** Makes the record, or fills what is empty in the one that was named. @returns its Id, null when it failed */
  *#target(
    objectName: string,
    existing: string | null,
    lead: Row,
    mapping: [string, string][],
    more: [string, Value][],
  ): Generator<Pause, string | null, void> {
    const object = this.#object(objectName);
    const before = existing === null ? null : this.#tx.get(object, existing);
    if (existing !== null && before === null) {
      this.#errors.push(failure('INVALID_CROSS_REFERENCE_KEY', `invalid ${objectName.toLowerCase()} ID`));
      return null;
    }
    const record = new SObjectValue(object);
    for (const [from, to] of mapping) {
      const value = lead.values.get(from.toLowerCase()) ?? null;
      const overwrite = to === 'LeadSource' && this.#conversion.overwriteLeadSource;
      const open = before === null || overwrite || (before.values.get(to.toLowerCase()) ?? null) === null;
      if (value !== null && open && object.fields.has(to.toLowerCase())) record.values.set(to.toLowerCase(), value);
    }
    if (before === null) {
      for (const [name, value] of [...more, ['ownerid', this.#owner(lead)] as [string, Value]])
        record.values.set(name, value);
      return yield* this.#save(pendingInsert(0, record));
    }
    record.values.set('id', new ApexId(before.id));
    return yield* this.#save(pendingChange(this.#tx, 0, record, 'update'));
  }

  #owner(lead: Row): Value {
    return this.#conversion.ownerId === null
      ? (lead.values.get('ownerid') ?? null)
      : new ApexId(this.#conversion.ownerId);
  }

  *#save(pending: Pending): Generator<Pause, string | null, void> {
    const { definition } = pending.record;
    yield* saveRows(this.#context(pending.operation === 'update' ? 'update' : 'insert'), definition, [pending]);
    this.#errors.push(...pending.errors);
    return failed(pending) ? null : pending.id;
  }

  /** Named after the company, in the first open stage, due at the end of the quarter (Salesforce Help, "Convert Leads"). */
  *#opportunity(lead: Row, more: [string, Value][]): Generator<Pause, string | null, void> {
    const object = this.#object('Opportunity');
    const record = new SObjectValue(object);
    const company = lead.values.get('company');
    const name = this.#conversion.opportunityName ?? `${typeof company === 'string' ? company : ''}-`;
    const { year, month } = civilOf(dayAt(this.#x.now(), this.#x.user.timeZone));
    const quarterEnd = dayOf(year, Math.ceil(month / 3) * 3 + 1, 1) - 1;
    const values: [string, Value][] = [
      ...more,
      ['name', name],
      ['stagename', object.fields.get('stagename')?.picklistValues[0]?.value ?? null],
      ['closedate', new ApexDate(quarterEnd)],
      ['leadsource', lead.values.get('leadsource') ?? null],
      ['ownerid', this.#owner(lead)],
    ];
    for (const [field, value] of values) record.values.set(field, value);
    return yield* this.#save(pendingInsert(0, record));
  }

  /** Tasks and events of the lead go to the contact, without triggers. */
  #moveActivities(lead: Row, contactId: string): void {
    for (const { childObject, field } of lead.object.childRelationships) {
      const object = this.#tx.schema.object(childObject);
      const reference = object?.fields.get(field.toLowerCase());
      if (object === null || reference?.referenceTo.includes('Contact') !== true) continue;
      for (const row of this.#tx.find(object, field.toLowerCase(), indexKey(new ApexId(lead.id)) ?? '')) {
        this.#tx.put({ ...row, values: new Map(row.values).set(field.toLowerCase(), new ApexId(contactId)) });
      }
    }
  }

  *#close(
    lead: Row,
    accountId: string,
    contactId: string | null,
    opportunityId: string | null,
  ): Generator<Pause, void, void> {
    const record = new SObjectValue(lead.object);
    record.values.set('id', new ApexId(lead.id));
    const idOrNull = (id: string | null): Value => (id === null ? null : new ApexId(id));
    const platformValues = new Map<string, Value>([
      ['status', this.#conversion.convertedStatus],
      ['isconverted', true],
      ['converteddate', new ApexDate(dayAt(this.#x.now(), this.#x.user.timeZone))],
      ['convertedaccountid', new ApexId(accountId)],
      ['convertedcontactid', idOrNull(contactId)],
      ['convertedopportunityid', idOrNull(opportunityId)],
    ]);
    yield* this.#save({ ...pendingChange(this.#tx, 0, record, 'update'), platformValues });
  }
}
