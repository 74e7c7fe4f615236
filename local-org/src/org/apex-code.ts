import type { SourceUnit } from '../apex/emit/program.ts';
import type { Store } from '../data/store.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { ApexId } from '../values/value.ts';
import { SeedWriter } from './seed-writer.ts';

/** The ApexClass and ApexTrigger rows of the org's source: what queries on them and class access by Id see. */
export function putApexCode(store: Store, authorId: string, units: readonly SourceUnit[]): void {
  const writer = new SeedWriter(store);
  writer.author = new ApexId(authorId);
  for (const unit of units) {
    if (unit.kind === 'anonymous') continue;
    const name = unit.file.replace(/\.(cls|trigger)$/, '');
    const common = {
      Name: name,
      ApiVersion: ApexDecimal.parse(unit.apiVersion.toFixed(1)),
      Status: 'Active',
      IsValid: true,
      Body: unit.source,
      LengthWithoutComments: withoutComments(unit.source).length,
    };
    if (unit.kind === 'class') writer.put('ApexClass', writer.idOf('ApexClass', name), common);
    else writer.put('ApexTrigger', writer.idOf('ApexTrigger', name), { ...common, ...usageOf(unit.source) });
  }
}

function withoutComments(source: string): string {
  return source.replace(/'(?:\\.|[^'\\])*'|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (text) => (text.startsWith("'") ? text : ''));
}

/** The object and the events of `trigger X on Account (before insert, after update)`. */
function usageOf(source: string): Record<string, string | boolean> {
  const head = /\btrigger\s+\w+\s+on\s+(\w+)\s*\(([^)]*)\)/i.exec(withoutComments(source));
  const out: Record<string, string | boolean> = { TableEnumOrId: head?.[1] ?? '' };
  for (const event of (head?.[2] ?? '').split(',')) {
    const [when = '', what = ''] = event.trim().toLowerCase().split(/\s+/);
    out[`Usage${capitalized(when)}${capitalized(what)}`] = true;
  }
  return out;
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
