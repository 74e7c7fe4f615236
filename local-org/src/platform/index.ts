import { exceptionClasses } from './exceptions.ts';
import type { PlatformClass } from './signature.ts';

/** Every class of Salesforce that this model knows, for the compiler to look names up in. */
export const platformClasses: PlatformClass[] = [...exceptionClasses];
