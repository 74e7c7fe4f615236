import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ApexBlob } from '../values/value.ts';
import { apexException } from './exceptions.ts';
import { nonNull } from './native.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';

/** Blob, EncodingUtil, Crypto (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_classes_restful_crypto.htm). */

export function blobOfText(text: string): ApexBlob {
  return new ApexBlob(Buffer.from(text, 'utf8'));
}

/** @throws ApexThrow StringException when the bytes are no UTF-8 */
export function textOfBlob(blob: ApexBlob): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(blob.bytes);
  } catch {
    throw apexException('StringException', 'BLOB is not a valid UTF-8 string');
  }
}

const blobClass = platformClass(
  'Blob',
  nonNull({
    'static Blob valueOf(String)': (_x, _self, text: string) => blobOfText(text),
    'Integer size()': (_x, self: ApexBlob) => self.bytes.length,
    'String toString()': (_x, self: ApexBlob) => textOfBlob(self),
  }),
);

function requireUtf8(charset: string): void {
  if (!/^utf-?8$/i.test(charset)) throw apexException('StringException', `Unsupported encoding: ${charset}`);
}

/** application/x-www-form-urlencoded as java.net.URLEncoder writes it. */
function urlEncode(text: string, charset: string): string {
  requireUtf8(charset);
  return encodeURIComponent(text)
    .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+');
}

function urlDecode(text: string, charset: string): string {
  requireUtf8(charset);
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw apexException('IllegalArgumentException', `Illegal hex characters in escape (%) pattern: ${text}`);
  }
}

const encodingUtil = platformClass(
  'EncodingUtil',
  nonNull({
    'static String base64Encode(Blob)': (_x, _self, blob: ApexBlob) => Buffer.from(blob.bytes).toString('base64'),
    'static Blob base64Decode(String)': (_x, _self, text: string) => new ApexBlob(Buffer.from(text, 'base64')),
    'static String convertToHex(Blob)': (_x, _self, blob: ApexBlob) => Buffer.from(blob.bytes).toString('hex'),
    'static Blob convertFromHex(String)': (_x, _self, text: string) => {
      if (!/^([0-9a-f]{2})*$/i.test(text))
        throw apexException('InvalidParameterValueException', `Invalid hex string: ${text}`);
      return new ApexBlob(Buffer.from(text, 'hex'));
    },
    'static String urlEncode(String,String)': (_x, _self, text: string, charset: string) => urlEncode(text, charset),
    'static String urlDecode(String,String)': (_x, _self, text: string, charset: string) => urlDecode(text, charset),
  }),
);

const DIGESTS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  SHA1: 'sha1',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  SHA256: 'sha256',
  'SHA-512': 'sha512',
  SHA512: 'sha512',
  'SHA3-256': 'sha3-256',
  'SHA3-384': 'sha3-384',
  'SHA3-512': 'sha3-512',
};

const MACS: Readonly<Record<string, string>> = {
  hmacMD5: 'md5',
  hmacSHA1: 'sha1',
  hmacSHA256: 'sha256',
  hmacSHA512: 'sha512',
};

function find(table: Readonly<Record<string, string>>, name: string): string {
  const key = Object.keys(table).find((known) => known.toLowerCase() === name.toLowerCase());
  const found = key === undefined ? undefined : table[key];
  if (found === undefined) throw apexException('NoSuchElementException', `Algorithm ${name} not supported`);
  return found;
}

function mac(algorithm: string, input: ApexBlob, key: ApexBlob): Buffer {
  return createHmac(find(MACS, algorithm), key.bytes).update(input.bytes).digest();
}

/** `AES128` with its 16 bytes and the like, as a cipher of CBC with PKCS#5 padding. */
function cipherOf(algorithm: string, key: ApexBlob): string {
  const bits = /^AES(128|192|256)$/i.exec(algorithm)?.[1];
  if (bits === undefined) throw apexException('NoSuchElementException', `Algorithm ${algorithm} not supported`);
  if (key.bytes.length * 8 !== Number(bits)) {
    throw apexException('SecurityException', `Invalid private key. Must be ${Number(bits) / 8} bytes.`);
  }
  return `aes-${bits}-cbc`;
}

function requireIv(iv: Uint8Array): void {
  if (iv.length !== 16) throw apexException('SecurityException', 'Invalid initialization vector. Must be 16 bytes.');
}

function encrypt(algorithm: string, key: ApexBlob, iv: Uint8Array, clear: ApexBlob): Buffer {
  requireIv(iv);
  const cipher = createCipheriv(cipherOf(algorithm, key), key.bytes, iv);
  return Buffer.concat([cipher.update(clear.bytes), cipher.final()]);
}

function decrypt(algorithm: string, key: ApexBlob, iv: Uint8Array, secret: Uint8Array): ApexBlob {
  requireIv(iv);
  const decipher = createDecipheriv(cipherOf(algorithm, key), key.bytes, iv);
  try {
    return new ApexBlob(Buffer.concat([decipher.update(secret), decipher.final()]));
  } catch {
    throw apexException('SecurityException', 'Given final block not properly padded');
  }
}

/** Algorithms of Crypto.sign and Crypto.verify: the digest that is signed. */
const SIGNATURES: Readonly<Record<string, string>> = {
  RSA: 'sha1',
  'RSA-SHA1': 'sha1',
  'RSA-SHA256': 'sha256',
  'RSA-SHA384': 'sha384',
  'RSA-SHA512': 'sha512',
  'ECDSA-SHA256': 'sha256',
  'ECDSA-SHA384': 'sha384',
  'ECDSA-SHA512': 'sha512',
};

/** A key in DER: PKCS #8 for a private one, X.509 SubjectPublicKeyInfo for a public one. */
function keyOf(kind: 'private' | 'public', blob: ApexBlob): KeyObject {
  try {
    const der = Buffer.from(blob.bytes);
    return kind === 'private'
      ? createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
      : createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    throw apexException('SecurityException', `Invalid ${kind} key`);
  }
}

const crypto = platformClass(
  'Crypto',
  nonNull({
    'static Blob generateDigest(String,Blob)': (_x, _self, algorithm: string, input: ApexBlob) =>
      new ApexBlob(createHash(find(DIGESTS, algorithm)).update(input.bytes).digest()),
    'static Blob generateMac(String,Blob,Blob)': (_x, _self, algorithm: string, input: ApexBlob, key: ApexBlob) =>
      new ApexBlob(mac(algorithm, input, key)),
    'static Boolean verifyHMac(String,Blob,Blob,Blob)': (
      _x,
      _self,
      algorithm: string,
      input: ApexBlob,
      key: ApexBlob,
      expected: ApexBlob,
    ) => {
      const actual = mac(algorithm, input, key);
      return actual.length === expected.bytes.length && timingSafeEqual(actual, expected.bytes);
    },
    'static Blob generateAesKey(Integer)': (_x, _self, bits: number) => {
      if (![128, 192, 256].includes(bits))
        throw apexException('InvalidParameterValueException', `Invalid key size: ${bits}`);
      return new ApexBlob(randomBytes(bits / 8));
    },
    'static Blob sign(String,Blob,Blob)': (_x, _self, algorithm: string, input: ApexBlob, key: ApexBlob) =>
      new ApexBlob(sign(find(SIGNATURES, algorithm), input.bytes, keyOf('private', key))),
    'static Boolean verify(String,Blob,Blob,Blob)': (
      _x,
      _self,
      algorithm: string,
      input: ApexBlob,
      signature: ApexBlob,
      key: ApexBlob,
    ) => verify(find(SIGNATURES, algorithm), input.bytes, keyOf('public', key), signature.bytes),
    'static Integer getRandomInteger()': () => randomBytes(4).readInt32BE(0),
    'static Long getRandomLong()': () => randomBytes(8).readBigInt64BE(0),
    'static Blob encrypt(String,Blob,Blob,Blob)': (
      _x,
      _self,
      algorithm: string,
      key: ApexBlob,
      iv: ApexBlob,
      clear: ApexBlob,
    ) => new ApexBlob(encrypt(algorithm, key, iv.bytes, clear)),
    'static Blob decrypt(String,Blob,Blob,Blob)': (
      _x,
      _self,
      algorithm: string,
      key: ApexBlob,
      iv: ApexBlob,
      secret: ApexBlob,
    ) => decrypt(algorithm, key, iv.bytes, secret.bytes),
    // The managed forms carry their initialization vector as the first 16 bytes.
    'static Blob encryptWithManagedIV(String,Blob,Blob)': (
      _x,
      _self,
      algorithm: string,
      key: ApexBlob,
      clear: ApexBlob,
    ) => {
      const iv = randomBytes(16);
      return new ApexBlob(Buffer.concat([iv, encrypt(algorithm, key, iv, clear)]));
    },
    'static Blob decryptWithManagedIV(String,Blob,Blob)': (
      _x,
      _self,
      algorithm: string,
      key: ApexBlob,
      secret: ApexBlob,
    ) => decrypt(algorithm, key, secret.bytes.subarray(0, 16), secret.bytes.subarray(16)),
  }),
);

export const encodingClasses: PlatformClass[] = [blobClass, encodingUtil, crypto];
