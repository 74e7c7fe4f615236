import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { NotModelledError } from '../errors.ts';
import type { StaticResource } from '../execution/execution.ts';
import type { Store } from '../data/store.ts';
import { readXml } from '../schema/xml.ts';
import { ApexBlob, ApexId } from '../values/value.ts';
import { SeedWriter } from './seed-writer.ts';

const META = /\.resource-meta\.xml$/;
const NOTIFICATION = /\.notiftype-meta\.xml$/;

/** The static resources of sfdx source folders by lower-case name. @throws NotModelledError @throws CompileError */
export function readStaticResources(folders: readonly string[]): Map<string, StaticResource> {
  const found = new Map<string, StaticResource>();
  for (const folder of folders) {
    for (const file of metaFiles(folder, META)) {
      const resource = readOne(file);
      if (resource !== null) found.set(resource.name.toLowerCase(), resource);
    }
  }
  return found;
}

/** The CustomNotificationType rows of `X.notiftype-meta.xml` files. */
export function putNotificationTypes(store: Store, authorId: string, folders: readonly string[]): void {
  const writer = new SeedWriter(store);
  writer.author = new ApexId(authorId);
  for (const folder of folders) {
    for (const file of metaFiles(folder, NOTIFICATION)) {
      const xml = readXml(file, 'CustomNotificationType');
      const name = basename(file).replace(NOTIFICATION, '');
      writer.put('CustomNotificationType', writer.idOf('CustomNotificationType', name), {
        DeveloperName: name,
        MasterLabel: xml.required('masterLabel'),
        CustomNotifTypeName: xml.text('customNotifTypeName') ?? name,
        Description: xml.text('description'),
        Language: 'en_US',
      });
    }
  }
}

function* metaFiles(folder: string, wanted: RegExp): Generator<string> {
  for (const entry of readdirSync(folder).sort()) {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) {
      if (entry !== 'node_modules' && !entry.startsWith('.')) yield* metaFiles(path, wanted);
    } else if (wanted.test(entry)) yield path;
  }
}

/**
 * `X.resource-meta.xml` and the file `X.<extension>` beside it. One whose content is a folder, which a deployment packs
 * as a ZIP file, is left out: whoever asks for it is told that there is none.
 */
function readOne(metaFile: string): StaticResource | null {
  const xml = readXml(metaFile, 'StaticResource');
  const name = basename(metaFile).replace(META, '');
  const contentType = xml.required('contentType');
  const description = xml.text('description');
  xml.ignore('cacheControl');
  xml.close('StaticResource');
  const folder = dirname(metaFile);
  const packed = join(folder, name);
  if (existsSync(packed) && statSync(packed).isDirectory()) return null;
  const content = readdirSync(folder).find((file) => !META.test(file) && file.replace(/\.[^.]+$/, '') === name);
  if (content === undefined) throw new NotModelledError(`static resource ${name} without a file`, metaFile);
  return { name, contentType, description, bytes: readFileSync(join(folder, content)) };
}

/** The StaticResource rows, which queries see. */
export function putStaticResources(store: Store, authorId: string, resources: Iterable<StaticResource>): void {
  const writer = new SeedWriter(store);
  writer.author = new ApexId(authorId);
  for (const { name, contentType, description, bytes } of resources) {
    writer.put('StaticResource', writer.idOf('StaticResource', name), {
      Name: name,
      ContentType: contentType,
      Description: description,
      CacheControl: 'Private',
      BodyLength: bytes.length,
      Body: new ApexBlob(bytes),
    });
  }
}
