import type { Execution } from '../execution/execution.ts';
import { apexType, T } from '../types/type.ts';
import { ApexId, ApexMap, ExceptionValue, PlatformObject, SObjectValue } from '../values/value.ts';
import type { EnumValue, Value } from '../values/value.ts';
import { concatenationText } from '../values/text.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { listOf, mapOf } from './native.ts';
import { platformClass, platformEnum } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

/**
 * PageReference and ApexPages as far as code without a page uses them: URLs, messages, the controller of one record
 * (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_System_PageReference_methods.htm).
 */

interface PageData {
  path: string;
  parameters: ApexMap;
  headers: ApexMap;
  anchor: string | null;
  redirect: boolean;
  redirectCode: number;
  readonly text: string;
}

type Page = PlatformObject<PageData>;

const textMap = (entries: Iterable<[string, string]> = []): ApexMap => mapOf(T.String, T.String, entries);

/** A PageReference of a URL; its query becomes parameters. */
export function pageReference(url: string): Page {
  const [, path = '', query, anchor] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(url) ?? [];
  const data: PageData = {
    path,
    parameters: textMap(new URLSearchParams(query ?? '')),
    headers: textMap(),
    anchor: anchor ?? null,
    redirect: false,
    redirectCode: 0,
    get text() {
      return `System.PageReference[${urlOf(this)}]`;
    },
  };
  return new PlatformObject(apexType('PageReference'), data);
}

/** `Page.Editor`: a new reference each time. Whether the org has such a page is not looked at: pages are not modelled. */
export const pageNamed: Native = (_x, _self, name: string) => pageReference(`/apex/${name}`);

function urlOf(data: PageData): string {
  const parameters = [...data.parameters.entries.values()].map(
    ([name, value]) => `${encoded(name)}=${value === null ? '' : encoded(value)}`,
  );
  const query = parameters.length === 0 ? '' : `?${parameters.join('&')}`;
  return `${data.path}${query}${data.anchor === null ? '' : `#${data.anchor}`}`;
}

const encoded = (value: Value): string => encodeURIComponent(concatenationText(value)).replaceAll('%20', '+');

const pageReferenceClass = platformClass('PageReference', {
  'new(String)': (_x, _type, url: string | null) => {
    if (url === null) throw nullArgument(1);
    return pageReference(url);
  },
  'new(SObject)': (_x, _type, record: SObjectValue | null) => {
    const id = record?.values.get('id');
    if (!(id instanceof ApexId)) throw nullArgument(1);
    return pageReference(`/${id.value}`);
  },
  'String getUrl()': (_x, self: Page) => urlOf(self.data),
  'Map<String,String> getParameters()': (_x, self: Page) => self.data.parameters,
  'Map<String,String> getHeaders()': (_x, self: Page) => self.data.headers,
  'String getAnchor()': (_x, self: Page) => self.data.anchor,
  'PageReference setAnchor(String)': (_x, self: Page, anchor: string | null) => {
    self.data.anchor = anchor;
    return self;
  },
  'Boolean getRedirect()': (_x, self: Page) => self.data.redirect,
  'PageReference setRedirect(Boolean)': (_x, self: Page, redirect: boolean | null) => {
    self.data.redirect = redirect === true;
    return self;
  },
  'Integer getRedirectCode()': (_x, self: Page) => self.data.redirectCode,
  'PageReference setRedirectCode(Integer)': (_x, self: Page, code: number | null) => {
    self.data.redirectCode = code ?? 0;
    return self;
  },
  'String toString()': (_x, self: Page) => self.data.text,
});

const MESSAGE = apexType('ApexPages.Message');

interface MessageData {
  severity: EnumValue;
  summary: string;
  detail: string;
  componentLabel: string | null;
  readonly text: string;
}

type Message = PlatformObject<MessageData>;

function message(severity: EnumValue | null, summary: string | null, detail: string | null): Message {
  if (severity === null) throw nullArgument(1);
  // getDetail() of a message without one is its summary [assumption].
  const data: MessageData = {
    severity,
    summary: summary ?? '',
    detail: detail ?? summary ?? '',
    componentLabel: null,
    get text() {
      return `ApexPages.Message["${this.summary}"]`;
    },
  };
  return new PlatformObject(MESSAGE, data);
}

const messageClass = platformClass('ApexPages.Message', {
  'new(ApexPages.Severity,String)': (_x, _type, severity: EnumValue | null, summary: string | null) =>
    message(severity, summary, null),
  'new(ApexPages.Severity,String,String)': (
    _x,
    _type,
    severity: EnumValue | null,
    summary: string | null,
    detail: string | null,
  ) => message(severity, summary, detail),
  'String getSummary()': (_x, self: Message) => self.data.summary,
  'String getDetail()': (_x, self: Message) => self.data.detail,
  'ApexPages.Severity getSeverity()': (_x, self: Message) => self.data.severity,
  'String getComponentLabel()': (_x, self: Message) => self.data.componentLabel,
});

/** What the page of a transaction is: the current reference and the messages added to it. */
interface PageState {
  current: Page | null;
  messages: Message[];
}

const states = new WeakMap<Execution, PageState>();

export function pageState(x: Execution): PageState {
  let state = states.get(x);
  if (state === undefined) {
    state = { current: null, messages: [] };
    states.set(x, state);
  }
  return state;
}

const SEVERITY = apexType('ApexPages.Severity');

/** A DmlException adds a message for each of its errors, any other exception one. */
function addMessages(x: Execution, severity: EnumValue | null, exception: ExceptionValue | null): void {
  if (exception === null) throw nullArgument(1);
  const texts =
    exception.dmlErrors.length > 0
      ? exception.dmlErrors.map((error) => error.message)
      : [exception.message ?? 'Script-thrown exception'];
  for (const text of texts) pageState(x).messages.push(message(severity, text, null));
}

const apexPages = (severities: PlatformClass): PlatformClass =>
  platformClass('ApexPages', {
    'static void addMessage(ApexPages.Message)': (x, _self, added: Message | null) => {
      if (added === null) throw nullArgument(1);
      pageState(x).messages.push(added);
    },
    'static void addMessages(Exception)': (x, _self, exception: ExceptionValue | null) => {
      const error = severities.enumValues.indexOf('ERROR');
      addMessages(x, (x.program.enumValues(SEVERITY)?.[error] ?? null) as EnumValue | null, exception);
    },
    'static List<ApexPages.Message> getMessages()': (x) => listOf(MESSAGE, [...pageState(x).messages]),
    'static Boolean hasMessages()': (x) => pageState(x).messages.length > 0,
    'static Boolean hasMessages(ApexPages.Severity)': (x, _self, severity: EnumValue | null) =>
      pageState(x).messages.some((m) => m.data.severity === severity),
    'static PageReference currentPage()': (x) => pageState(x).current,
  });

type Controller = PlatformObject<{ record: SObjectValue }>;

function idOf(self: Controller): string | null {
  const id = self.data.record.values.get('id');
  return id instanceof ApexId ? id.value : null;
}

const standardController = platformClass('ApexPages.StandardController', {
  'new(SObject)': (_x, _type, record: SObjectValue | null) => {
    if (record === null) throw nullArgument(1);
    return new PlatformObject(apexType('ApexPages.StandardController'), { record });
  },
  'SObject getRecord()': (_x, self: Controller) => self.data.record,
  'String getId()': idOfSelf,
  'PageReference view()': (_x, self: Controller) => pageReference(`/${idOf(self) ?? ''}`),
  'PageReference edit()': (_x, self: Controller) => pageReference(`/${idOf(self) ?? ''}/e`),
  'PageReference cancel()': (_x, self: Controller) => pageReference(`/${idOf(self) ?? ''}`),
  // A controller made by code has its record from the caller: only a page's own controller loads more fields.
  'void addFields(List<String>)': () => {
    const text = 'You cannot call addFields when the data is being passed into the controller by the caller.';
    throw apexException('SObjectException', text);
  },
});

function idOfSelf(_x: Execution, self: Controller): string | null {
  return idOf(self);
}

const severity = platformEnum('ApexPages.Severity', ['CONFIRM', 'ERROR', 'FATAL', 'INFO', 'WARNING']);

export const pageClasses: PlatformClass[] = [
  pageReferenceClass,
  severity,
  messageClass,
  apexPages(severity),
  standardController,
];
