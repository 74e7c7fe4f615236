import type { LeadConversion, LeadConvertRow } from '../data/lead-convert.ts';
import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { apexType } from '../types/type.ts';
import { ApexId, ApexList, PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { accessOptions } from './access.ts';
import type { AccessLevel } from './access.ts';
import { errorObject } from './database-results.ts';
import { dmlException, nullPointer } from './exceptions.ts';
import { listOf } from './native.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

/** Database.convertLead (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_dml_convertLead.htm). */

const LEAD_CONVERT = apexType('Database.LeadConvert');
const RESULT = apexType('Database.LeadConvertResult');

type Convert = PlatformObject<LeadConversion>;
type Result = PlatformObject<LeadConvertRow>;

function* convertLead(x: Execution, _self: null, target: Value, ...rest: Value[]): Generator<Pause, Value, void> {
  const options = rest.filter((value) => value instanceof PlatformObject);
  if (options.some((option) => option.type.name === 'Database.DMLOptions')) {
    throw new NotModelledError('Database.convertLead with DMLOptions');
  }
  const allOrNone = rest.find((value) => typeof value === 'boolean') ?? true;
  const level = options[0] as AccessLevel | undefined;
  const conversions = (target instanceof ApexList ? target.items : [target]).map((item) => {
    if (!(item instanceof PlatformObject)) throw nullPointer();
    return (item as Convert).data;
  });
  const rows = yield* x.transaction.convertLead(x, { conversions, allOrNone, ...accessOptions(x, level) });
  if (allOrNone && rows.some((row) => !row.success)) {
    const idOf = (id: string | null): ApexId | null => (id === null ? null : new ApexId(id));
    throw dmlException(
      'convertLead',
      rows.map(({ success, errors, leadId }) => ({ success, errors, id: idOf(leadId) })),
    );
  }
  const objects = rows.map((row) => new PlatformObject(RESULT, row));
  return target instanceof ApexList ? listOf(RESULT, objects) : (objects[0] ?? null);
}

export const leadConvertMembers: Record<string, Native> = Object.fromEntries(
  ['', ',Boolean', ',AccessLevel', ',Boolean,AccessLevel', ',Database.DMLOptions'].flatMap((tail) => [
    [`static Database.LeadConvertResult convertLead(Database.LeadConvert${tail})`, convertLead],
    [`static List<Database.LeadConvertResult> convertLead(List<Database.LeadConvert>${tail})`, convertLead],
  ]),
);

type IdKey = 'leadId' | 'accountId' | 'contactId' | 'opportunityId' | 'ownerId';
type TextKey = 'opportunityName' | 'convertedStatus';
type FlagKey = 'doNotCreateOpportunity' | 'overwriteLeadSource';

const upper = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1);

function idMembers(key: IdKey): Record<string, Native> {
  return {
    [`void set${upper(key)}(Id)`]: (_x, self: Convert, id: ApexId | null) => {
      self.data[key] = id?.value ?? null;
    },
    [`Id get${upper(key)}()`]: (_x, self: Convert) => {
      const id = self.data[key];
      return id === null ? null : new ApexId(id);
    },
  };
}

function textMembers(key: TextKey): Record<string, Native> {
  return {
    [`void set${upper(key)}(String)`]: (_x, self: Convert, text: string | null) => {
      self.data[key] = text;
    },
    [`String get${upper(key)}()`]: (_x, self: Convert) => self.data[key],
  };
}

function flagMembers(key: FlagKey): Record<string, Native> {
  const name = upper(key);
  return {
    [`void set${name}(Boolean)`]: (_x, self: Convert, flag: boolean | null) => {
      self.data[key] = flag === true;
    },
    [`Boolean is${name}()`]: (_x, self: Convert) => self.data[key],
  };
}

const blank = (): LeadConversion => ({
  leadId: null,
  accountId: null,
  contactId: null,
  opportunityId: null,
  opportunityName: null,
  convertedStatus: null,
  ownerId: null,
  doNotCreateOpportunity: false,
  overwriteLeadSource: false,
});

const resultId =
  (key: 'leadId' | 'accountId' | 'contactId' | 'opportunityId'): Native =>
  (_x, self: Result) => {
    const id = self.data[key];
    return id === null ? null : new ApexId(id);
  };

export const leadConvertClasses: PlatformClass[] = [
  platformClass('Database.LeadConvert', {
    'new()': () => new PlatformObject(LEAD_CONVERT, blank()),
    ...idMembers('leadId'),
    ...idMembers('accountId'),
    ...idMembers('contactId'),
    ...idMembers('opportunityId'),
    ...idMembers('ownerId'),
    ...textMembers('opportunityName'),
    ...textMembers('convertedStatus'),
    ...flagMembers('doNotCreateOpportunity'),
    ...flagMembers('overwriteLeadSource'),
    // mail is not sent here at all
    'void setSendNotificationEmail(Boolean)': () => undefined,
  }),
  platformClass('Database.LeadConvertResult', {
    'Id getLeadId()': resultId('leadId'),
    'Id getAccountId()': resultId('accountId'),
    'Id getContactId()': resultId('contactId'),
    'Id getOpportunityId()': resultId('opportunityId'),
    'Boolean isSuccess()': (_x, self: Result) => self.data.success,
    'List<Database.Error> getErrors()': (_x, self: Result) =>
      listOf(apexType('Database.Error'), self.data.errors.map(errorObject)),
  }),
];
