/**
 * An Apex type. Interned: two equal types are the same object, so `===` compares.
 * `name` is canonical: primitives and System classes without prefix (`String`, `JSONParser`), platform classes of other
 * namespaces with theirs (`Database.SaveResult`, `Schema.DescribeFieldResult`), sObjects by API name (`Contact`,
 * `SObject`), own classes as `Outer` or `Outer.Inner`. `args` only for `List`, `Set`, `Map`, `Iterator`, … .
 */
export interface ApexType {
  readonly name: string;
  readonly args: readonly ApexType[];
  /** e.g. `Map<String,List<Id>>` */
  readonly text: string;
}

const interned = new Map<string, ApexType>();

/** The interned type of that name and arguments; the caller gives canonical names. */
export function apexType(name: string, ...args: ApexType[]): ApexType {
  const text = args.length === 0 ? name : `${name}<${args.map((a) => a.text).join(',')}>`;
  let type = interned.get(text);
  if (type === undefined) {
    type = Object.freeze({ name, args: Object.freeze([...args]), text });
    interned.set(text, type);
  }
  return type;
}

/** Reads `Map<String, List<Id>>` or `String[]` into a type; for signature tables and the like, not for Apex source. */
export function parseType(source: string): ApexType {
  let at = 0;
  const read = (): ApexType => {
    const match = /^\s*([A-Za-z_][\w.]*)\s*/.exec(source.slice(at));
    if (match?.[1] === undefined) throw new Error(`Bad type "${source}" at ${at}`);
    at += match[0].length;
    const args: ApexType[] = [];
    if (source[at] === '<') {
      do {
        at++;
        args.push(read());
      } while (source[at] === ',');
      if (source[at] !== '>') throw new Error(`Bad type "${source}" at ${at}`);
      at++;
    }
    let type = apexType(match[1], ...args);
    for (
      let array = /^\s*\[\s*\]/.exec(source.slice(at));
      array !== null;
      array = /^\s*\[\s*\]/.exec(source.slice(at))
    ) {
      at += array[0].length;
      type = apexType('List', type);
    }
    at += /^\s*/.exec(source.slice(at))?.[0].length ?? 0;
    return type;
  };
  const type = read();
  if (at !== source.length) throw new Error(`Bad type "${source}" at ${at}`);
  return type;
}

export const T = {
  Object: apexType('Object'),
  Boolean: apexType('Boolean'),
  Integer: apexType('Integer'),
  Long: apexType('Long'),
  Double: apexType('Double'),
  Decimal: apexType('Decimal'),
  String: apexType('String'),
  Id: apexType('Id'),
  Date: apexType('Date'),
  Datetime: apexType('Datetime'),
  Time: apexType('Time'),
  Blob: apexType('Blob'),
  SObject: apexType('SObject'),
  Void: apexType('void'),
  Null: apexType('null'),
} as const;
