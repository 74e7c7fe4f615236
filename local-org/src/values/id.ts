import { ApexId } from './value.ts';

const CHECKSUM_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** The 18-character form of a 15-character id: each of three letters encodes which of five characters are capitals. */
export function to18(id15: string): string {
  let suffix = '';
  for (let block = 0; block < 15; block += 5) {
    let bits = 0;
    for (let i = 0; i < 5; i++) {
      const char = id15.charAt(block + i);
      if (char >= 'A' && char <= 'Z') bits |= 1 << i;
    }
    suffix += CHECKSUM_ALPHABET.charAt(bits);
  }
  return id15 + suffix;
}

/**
 * The id in its 18-character form, or null when the text is no id: 15 or 18 letters and digits. The last three
 * characters of 18 restore the case of the first 15, as Salesforce reads ids that lost it.
 */
export function parseId(text: string): string | null {
  if (/^[a-zA-Z0-9]{15}$/.test(text)) return to18(text);
  if (!/^[a-zA-Z0-9]{15}[a-zA-Z0-5]{3}$/.test(text)) return null;
  const suffix = text.slice(15).toUpperCase();
  let restored = '';
  for (let i = 0; i < 15; i++) {
    const bits = CHECKSUM_ALPHABET.indexOf(suffix.charAt(Math.floor(i / 5)));
    const char = text.charAt(i);
    const capital = (bits & (1 << (i % 5))) !== 0;
    if (capital && !/[a-zA-Z]/.test(char)) return null;
    restored += capital ? char.toUpperCase() : char.toLowerCase();
  }
  return restored + suffix;
}

/** The Id of a text, or null when it is none; the caller throws what Salesforce throws at that place. */
export function toId(text: string): ApexId | null {
  const id = parseId(text.trim());
  return id === null ? null : new ApexId(id);
}
