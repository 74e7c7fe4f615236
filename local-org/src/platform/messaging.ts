import type { Execution } from '../execution/execution.ts';
import { apexType } from '../types/type.ts';
import { ApexList, PlatformObject } from '../values/value.ts';
import type { DmlError, Value } from '../values/value.ts';
import { platformInterface } from './async.ts';
import { accessors, beanClass, construct, variables } from './bean.ts';
import type { Bean } from './bean.ts';
import { apexException, nullArgument, statusCode } from './exceptions.ts';
import { listOf, strings } from './native.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';

/**
 * Outbound e-mail (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_classes_email_outbound_messaging.htm).
 * Nothing is sent: a message that Salesforce would take is kept with its transaction, for who looks at the org.
 */

const both = (properties: Record<string, string>): Parameters<typeof platformClass>[1] => ({
  ...variables(properties),
  ...accessors(properties),
});

const COMMON = {
  bccSender: 'Boolean',
  replyTo: 'String',
  saveAsActivity: 'Boolean',
  senderDisplayName: 'String',
  subject: 'String',
  useSignature: 'Boolean',
};
const COMMON_DEFAULTS = { bccsender: false, saveasactivity: true, usesignature: true };

const SINGLE = {
  toAddresses: 'List<String>',
  ccAddresses: 'List<String>',
  bccAddresses: 'List<String>',
  charset: 'String',
  documentAttachments: 'List<Id>',
  entityAttachments: 'List<String>',
  fileAttachments: 'List<Messaging.EmailFileAttachment>',
  htmlBody: 'String',
  inReplyTo: 'String',
  optOutPolicy: 'String',
  orgWideEmailAddressId: 'Id',
  plainTextBody: 'String',
  references: 'String',
  targetObjectId: 'Id',
  templateId: 'Id',
  treatBodiesAsTemplate: 'Boolean',
  treatTargetObjectAsRecipient: 'Boolean',
  whatId: 'Id',
};

const MASS = {
  description: 'String',
  targetObjectIds: 'List<Id>',
  templateId: 'Id',
  whatIds: 'List<Id>',
};

const ATTACHMENT = { body: 'Blob', contentType: 'String', fileName: 'String', id: 'Id', inline: 'Boolean' };

const sent = new WeakMap<Execution, Bean[]>();

/** The messages that a transaction has sent, as their properties by lower-case name. */
export function sentEmails(x: Execution): readonly ReadonlyMap<string, Value>[] {
  return (sent.get(x) ?? []).map((email) => email.data.values);
}

function texts(email: Bean, property: string): string[] {
  const list = email.data.values.get(property);
  return list instanceof ApexList ? list.items.filter((item) => typeof item === 'string') : [];
}

const ADDRESS_LISTS = ['toaddresses', 'ccaddresses', 'bccaddresses'];
const RECIPIENTS_OF_A_LIST = 150;

/** What Salesforce refuses before it sends; the words are those of its error messages. */
function faultOf(email: Bean): DmlError | null {
  const { values } = email.data;
  const has = (name: string): boolean => (values.get(name) ?? null) !== null && values.get(name) !== '';
  if (email.type.name === 'Messaging.MassEmailMessage') {
    if (!has('templateid')) return fault('REQUIRED_FIELD_MISSING', 'Missing template ID.');
    return has('targetobjectids') ? null : fault('REQUIRED_FIELD_MISSING', 'Missing targetObjectIds.');
  }
  const addresses = ADDRESS_LISTS.flatMap((name) => texts(email, name));
  if (addresses.length === 0 && !has('targetobjectid')) {
    return fault('REQUIRED_FIELD_MISSING', 'Add a recipient to send an email.');
  }
  for (const name of ADDRESS_LISTS) {
    const list = texts(email, name);
    if (list.length > RECIPIENTS_OF_A_LIST) return fault('LIMIT_EXCEEDED', 'Maximum recipients exceeded');
    const bad = list.find(
      (address) => !/^[^\s@]+@[^\s@]+$/.test(address) && !/^(005|003|00Q)[A-Za-z0-9]{12,15}$/.test(address),
    );
    if (bad !== undefined) return fault('INVALID_EMAIL_ADDRESS', `Email address is invalid: ${bad}`, [name, bad]);
  }
  if (has('templateid') || has('htmlbody') || has('plaintextbody')) return null;
  return fault('REQUIRED_FIELD_MISSING', 'Missing body, need at least one of html or plainText');
}

function fault(code: string, message: string, fields: string[] = []): DmlError {
  return { statusCode: code, message, fields };
}

type Result = PlatformObject<{ error: DmlError | null; text: string }>;

function result(error: DmlError | null): Result {
  const text = `Messaging.SendEmailResult[getErrors=(${error?.message ?? ''});isSuccess=${error === null};]`;
  return new PlatformObject(apexType('Messaging.SendEmailResult'), { error, text });
}

/** Counts the call, checks each message, keeps the good ones. @throws EmailException for a bad one unless told not to */
function send(x: Execution, emails: ApexList | null, allOrNone: boolean): ApexList {
  if (emails === null) throw nullArgument(1);
  x.limits.use('emailInvocations');
  const results = emails.items.map((email, index) => {
    if (!(email instanceof PlatformObject)) throw nullArgument(1);
    const error = faultOf(email as Bean);
    if (error !== null && allOrNone) {
      const what = `${error.statusCode}, ${error.message}: [${error.fields.join(', ')}]`;
      throw apexException('EmailException', `SendEmail failed. First exception on row ${index}; first error: ${what}`);
    }
    return result(error);
  });
  const kept = sent.get(x) ?? [];
  emails.items.forEach((email, i) => {
    if (results[i]?.data.error === null) kept.push(email as Bean);
  });
  sent.set(x, kept);
  return listOf(apexType('Messaging.SendEmailResult'), results);
}

function reserve(_x: Execution, _self: null, count: number | null): void {
  if (count === null) throw nullArgument(1);
  if (count > DAILY_EMAILS) {
    throw apexException('HandledException', 'The daily limit for the org would be exceeded by this request');
  }
}

/** Single e-mails a day to external addresses (Salesforce Help, "Email Limits"). */
const DAILY_EMAILS = 5000;

interface Errored {
  error: DmlError;
  text: string;
}

export const messagingClasses: PlatformClass[] = [
  platformClass('Messaging.Email', both(COMMON)),
  platformClass(
    'Messaging.SingleEmailMessage',
    {
      'new()': construct('Messaging.SingleEmailMessage', {
        ...COMMON_DEFAULTS,
        treatbodiesastemplate: false,
        treattargetobjectasrecipient: true,
      }),
      ...both(SINGLE),
    },
    { extends: 'Messaging.Email' },
  ),
  platformClass(
    'Messaging.MassEmailMessage',
    { 'new()': construct('Messaging.MassEmailMessage', COMMON_DEFAULTS), ...both(MASS) },
    { extends: 'Messaging.Email' },
  ),
  platformClass('Messaging.EmailFileAttachment', {
    'new()': construct('Messaging.EmailFileAttachment', { inline: false }),
    ...both(ATTACHMENT),
  }),
  platformClass('Messaging.SendEmailResult', {
    'Boolean isSuccess()': (_x, self: Result) => self.data.error === null,
    'List<Messaging.SendEmailError> getErrors()': (_x, self: Result) => {
      const type = apexType('Messaging.SendEmailError');
      const { error } = self.data;
      if (error === null) return listOf(type, []);
      return listOf(type, [new PlatformObject<Errored>(type, { error, text: error.message })]);
    },
  }),
  platformClass('Messaging.SendEmailError', {
    'String getMessage()': (_x, self: PlatformObject<Errored>) => self.data.error.message,
    'List<String> getFields()': (_x, self: PlatformObject<Errored>) => strings(self.data.error.fields),
    'StatusCode getStatusCode()': (_x, self: PlatformObject<Errored>) => statusCode(self.data.error.statusCode),
    'String getTargetObjectId()': () => null,
  }),
  platformClass('Messaging', {
    'static List<Messaging.SendEmailResult> sendEmail(List<Messaging.Email>)': (x, _self, emails: ApexList | null) =>
      send(x, emails, true),
    'static List<Messaging.SendEmailResult> sendEmail(List<Messaging.Email>,Boolean)': (
      x,
      _self,
      emails: ApexList | null,
      allOrNone: boolean | null,
    ) => send(x, emails, allOrNone ?? true),
    'static void reserveSingleEmailCapacity(Integer)': reserve,
    'static void reserveMassEmailCapacity(Integer)': reserve,
  }),
  platformInterface('Messaging.InboundEmailHandler', [
    'Messaging.InboundEmailResult handleInboundEmail(Messaging.InboundEmail,Messaging.InboundEnvelope)',
  ]),
  beanClass('Messaging.InboundEmailResult', { success: 'Boolean', message: 'String' }, { success: true }),
  beanClass('Messaging.InboundEnvelope', { fromAddress: 'String', toAddress: 'String' }),
  beanClass('Messaging.InboundEmail', {
    binaryAttachments: 'List<Messaging.InboundEmail.BinaryAttachment>',
    ccAddresses: 'List<String>',
    fromAddress: 'String',
    fromName: 'String',
    headers: 'List<Messaging.InboundEmail.Header>',
    htmlBody: 'String',
    htmlBodyIsTruncated: 'Boolean',
    inReplyTo: 'String',
    messageId: 'String',
    plainTextBody: 'String',
    plainTextBodyIsTruncated: 'Boolean',
    references: 'List<String>',
    replyTo: 'String',
    subject: 'String',
    textAttachments: 'List<Messaging.InboundEmail.TextAttachment>',
    toAddresses: 'List<String>',
  }),
  beanClass('Messaging.InboundEmail.Header', { name: 'String', value: 'String' }),
  beanClass('Messaging.InboundEmail.BinaryAttachment', {
    body: 'Blob',
    fileName: 'String',
    mimeTypeSubType: 'String',
    headers: 'List<Messaging.InboundEmail.Header>',
  }),
  beanClass('Messaging.InboundEmail.TextAttachment', {
    body: 'String',
    bodyIsTruncated: 'Boolean',
    charset: 'String',
    fileName: 'String',
    mimeTypeSubType: 'String',
    headers: 'List<Messaging.InboundEmail.Header>',
  }),
];
