import { apexType } from '../types/type.ts';
import { PlatformObject } from '../values/value.ts';
import { collatorClass } from './collator.ts';
import { nullArgument } from './exceptions.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';

/** Small classes with nothing in common: SelectOption, Network, DomainCreator. */

interface OptionData {
  value: string | null;
  label: string | null;
  disabled: boolean;
  escapeItem: boolean;
  readonly text: string;
}

type Option = PlatformObject<OptionData>;

function selectOption(value: string | null, label: string | null, disabled = false): Option {
  if (value === null || label === null) throw nullArgument(value === null ? 1 : 2);
  const data: OptionData = {
    value,
    label,
    disabled,
    escapeItem: true,
    get text() {
      return `System.SelectOption[value="${this.value}", label="${this.label}", disabled="${this.disabled}"]`;
    },
  };
  return new PlatformObject(apexType('SelectOption'), data);
}

/** https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_pages_selectoption.htm */
const selectOptionClass = platformClass('SelectOption', {
  'new(String,String)': (_x, _type, value: string | null, label: string | null) => selectOption(value, label),
  'new(String,String,Boolean)': (_x, _type, value: string | null, label: string | null, disabled: boolean | null) =>
    selectOption(value, label, disabled === true),
  'String getValue()': (_x, self: Option) => self.data.value,
  'void setValue(String)': (_x, self: Option, value: string | null) => {
    self.data.value = value;
  },
  'String getLabel()': (_x, self: Option) => self.data.label,
  'void setLabel(String)': (_x, self: Option, label: string | null) => {
    self.data.label = label;
  },
  'Boolean getDisabled()': (_x, self: Option) => self.data.disabled,
  'void setDisabled(Boolean)': (_x, self: Option, disabled: boolean | null) => {
    self.data.disabled = disabled === true;
  },
  'Boolean getEscapeItem()': (_x, self: Option) => self.data.escapeItem,
  'void setEscapeItem(Boolean)': (_x, self: Option, escape: boolean | null) => {
    self.data.escapeItem = escape === true;
  },
});

/** No request comes through an Experience Cloud site here. */
const network = platformClass('Network', { 'static Id getNetworkId()': () => null });

/** Host names of an org's My Domain; the model's org has one that leads nowhere [assumption as to its first label]. */
const DOMAIN = 'local-org';

export const ORG_URL = `https://${DOMAIN}.my.salesforce.com`;

/** https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_System_DomainCreator.htm */
const domainCreator = platformClass('DomainCreator', {
  'static String getOrgMyDomainHostname()': () => `${DOMAIN}.my.salesforce.com`,
  'static String getLightningHostname()': () => `${DOMAIN}.lightning.force.com`,
  'static String getContentHostname()': () => `${DOMAIN}.file.force.com`,
  'static String getSetupHostname()': () => `${DOMAIN}.my.salesforce-setup.com`,
  'static String getExperienceCloudSitesHostname()': () => `${DOMAIN}.my.site.com`,
  'static String getSalesforceSitesHostname()': () => `${DOMAIN}.my.salesforce-sites.com`,
  'static String getVisualforceHostname(String)': (_x, _self, packageName: string | null) =>
    `${DOMAIN}--${packageName ?? 'c'}.vf.force.com`,
});

export const miscClasses: PlatformClass[] = [selectOptionClass, network, collatorClass, domainCreator];
