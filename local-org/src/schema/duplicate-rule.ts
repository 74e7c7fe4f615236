import { NotModelledError } from '../errors.ts';
import { filterOf } from './filter.ts';
import type { DuplicateRule, MatchingItem } from './definition.ts';
import type { XmlElement } from './xml.ts';

/** A matching rule as its file states it. */
export interface MatchingRule {
  name: string;
  active: boolean;
  items: MatchingItem[];
  logic: string | null;
}

/** Fuzzy methods need Salesforce's dictionaries of names and companies, which are not public. */
const METHODS = new Set(['Exact']);

/** Reads `Contact.matchingRule-meta.xml`. */
export function matchingRules(xml: XmlElement): MatchingRule[] {
  const rules = xml.all('matchingRules').map((rule): MatchingRule => {
    const items = rule.all('matchingRuleItems').map((item): MatchingItem => {
      const method = item.required('matchingMethod');
      if (!METHODS.has(method)) throw new NotModelledError(`matching method ${method}`, item.file);
      const blanks = item.text('blankValueBehavior') === 'MatchBlanks' ? 'MatchBlanks' : 'NullNotAllowed';
      const found: MatchingItem = { field: item.required('fieldName'), method, blanks };
      item.close('MatchingRuleItem');
      return found;
    });
    const name = rule.required('fullName');
    const active = rule.required('ruleStatus') === 'Active';
    const logic = rule.text('booleanFilter');
    rule.ignore('label', 'description');
    rule.close('MatchingRule');
    return { name, active, items, logic };
  });
  xml.close('MatchingRules');
  return rules;
}

/** Reads `Contact.My_Rule.duplicateRule-meta.xml`. @param matching the matching rules by lower-case `object.name` */
export function duplicateRule(
  xml: XmlElement,
  name: string,
  matching: ReadonlyMap<string, MatchingRule>,
): DuplicateRule {
  const alerts = (element: string): boolean => xml.all(element).some((operation) => operation.content === 'Alert');
  const action = (element: string): 'Allow' | 'Block' => (xml.required(element) === 'Block' ? 'Block' : 'Allow');
  const filter = xml.one('duplicateRuleFilter');
  const items = filter?.all('duplicateRuleFilterItems') ?? [];
  const rule: DuplicateRule = {
    name,
    label: xml.required('masterLabel'),
    active: xml.required('isActive') === 'true',
    actionOnInsert: action('actionOnInsert'),
    actionOnUpdate: action('actionOnUpdate'),
    alertOnInsert: alerts('operationsOnInsert'),
    alertOnUpdate: alerts('operationsOnUpdate'),
    alertText: xml.text('alertText'),
    enforceSharing: xml.text('securityOption') !== 'BypassSharingRules',
    filter: filterOf(items, filter?.text('booleanFilter') ?? null),
    sortOrder: xml.number('sortOrder') ?? 1,
    matches: xml.all('duplicateRuleMatchRules').map((match) => joined(match, matching)),
  };
  filter?.close('DuplicateRuleFilter');
  xml.ignore('description');
  xml.close('DuplicateRule');
  return rule;
}

function joined(match: XmlElement, matching: ReadonlyMap<string, MatchingRule>): DuplicateRule['matches'][number] {
  const object = match.required('matchRuleSObjectType');
  const name = match.required('matchingRule');
  if (match.one('objectMapping') !== null && match.one('objectMapping')?.attributes.get('xsi:nil') !== 'true') {
    throw new NotModelledError('duplicate rules across objects (objectMapping)', match.file);
  }
  const rule = matching.get(`${object}.${name}`.toLowerCase());
  if (rule === undefined) {
    throw /^Standard_/.test(name)
      ? new NotModelledError(`the standard matching rule ${name}, whose matching is fuzzy`, match.file)
      : match.fault(`In field: MatchRule - no MatchingRule named ${object}.${name} found`);
  }
  match.close('DuplicateRuleMatchRule');
  return { object, items: rule.items, logic: rule.logic };
}
