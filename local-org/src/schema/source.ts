import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The metadata files of one or more source folders, sorted by what they are; paths in order of name. */
export interface SourceFiles {
  objects: string[];
  fields: string[];
  validationRules: string[];
  fieldSets: string[];
  permissionSets: string[];
  customPermissions: string[];
  customMetadata: string[];
  labels: string[];
  globalValueSets: string[];
  recordTypes: string[];
  matchingRules: string[];
  duplicateRules: string[];
  /** metadata that would change behaviour and is not modelled */
  notModelled: { type: string; file: string }[];
}

const READ: Record<string, Exclude<keyof SourceFiles, 'notModelled'>> = {
  object: 'objects',
  field: 'fields',
  validationRule: 'validationRules',
  fieldSet: 'fieldSets',
  permissionset: 'permissionSets',
  customPermission: 'customPermissions',
  md: 'customMetadata',
  labels: 'labels',
  globalValueSet: 'globalValueSets',
  recordType: 'recordTypes',
  matchingRule: 'matchingRules',
  duplicateRule: 'duplicateRules',
};

/**
 * Metadata without effect on data and Apex as this model has them: pages, looks, what other parts of the local org read
 * themselves, and profiles, whose grants here are those of the four standard profiles (see docs/local-org.md).
 */
const NO_DATA = new Set([
  'cls',
  'trigger',
  'page',
  'component',
  'js',
  'design',
  'layout',
  'listView',
  'compactLayout',
  'webLink',
  'tab',
  'app',
  'flexipage',
  'quickAction',
  'resource',
  'cmp',
  'evt',
  'intf',
  'tokens',
  'homePageLayout',
  'pathAssistant',
  'cspTrustedSite',
  'remoteSite',
  'messageChannel',
  'translation',
  'objectTranslation',
  'fieldTranslation',
  'ecaOauth',
  'eca',
  'ecaPlcy',
  'ecaOauthPlcy',
  'ecaGlblOauth',
  'connectedApp',
  'namedCredential',
  'reportType',
  'report',
  'dashboard',
  'reportFolder',
  'dashboardFolder',
  'documentFolder',
  'document',
  'emailFolder',
  'site',
  'network',
  'experiencePropertyTypeBundle',
  'navigationMenu',
  'networkBranding',
  'brandingSet',
  'lightningExperienceTheme',
  'businessProcess',
  'sharingReason',
  'index',
  'group',
  'globalValueSetTranslation',
  'standardValueSetTranslation',
  'testSuite',
  'corsWhitelistOrigin',
  'iframeWhiteListUrlSettings',
  'notiftype',
  'appMenu',
  'prompt',
  'letter',
  'lightningBolt',
  'customHelpMenuSection',
  'customApplicationComponent',
  'recordActionDeployment',
  'audience',
  'wapp',
  'wcomp',
  'wdash',
  'wlens',
  'wdf',
  'xmd',
  'cachePartition',
  'profile',
  'profilePasswordPolicy',
  'profileSessionSetting',
  'settings',
  'installedPackage',
  'datacategorygroup',
  'topicsForObjects',
  'decisionTable',
  'externalCredential',
  'authprovider',
  'samlssoconfig',
  'certificate',
  'keywords',
  'moderation',
  'userCriteria',
]);

/** Finds the metadata of sfdx source folders; what is not modelled (flows …) is listed, for the caller to refuse. */
export function findSource(folders: readonly string[]): SourceFiles {
  const found: SourceFiles = {
    objects: [],
    fields: [],
    validationRules: [],
    fieldSets: [],
    permissionSets: [],
    customPermissions: [],
    customMetadata: [],
    labels: [],
    globalValueSets: [],
    recordTypes: [],
    matchingRules: [],
    duplicateRules: [],
    notModelled: [],
  };
  for (const folder of folders) {
    for (const file of walk(folder)) {
      const type = /\.([A-Za-z]+)-meta\.xml$/.exec(file)?.[1];
      if (type === undefined || NO_DATA.has(type)) continue;
      const group = READ[type];
      if (group === undefined) found.notModelled.push({ type, file });
      else found[group].push(file);
    }
  }
  return found;
}

/** `…/objects/Contact/fields/X.field-meta.xml` -> Contact */
export function objectOfPart(file: string): string {
  return basename(dirname(dirname(file)));
}

/** `…/permissionsets/Admin.permissionset-meta.xml` -> Admin */
export function nameOfFile(file: string): string {
  return basename(file).replace(/\.[A-Za-z]+-meta\.xml$/, '');
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder).sort()) {
    const path = join(folder, entry);
    if (!statSync(path).isDirectory()) yield path;
    else if (entry !== 'node_modules' && !entry.startsWith('.') && entry !== '__tests__') yield* walk(path);
  }
}
