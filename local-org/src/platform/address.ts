import type { ApexAddress } from '../values/address.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

const part =
  (name: string): Native =>
  (_x, self: ApexAddress) =>
    self.data.parts.get(name) ?? null;

/**
 * System.Address, the value of a compound address field
 * (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_System_Address.htm). State and
 * country picklists are off, so there are no codes.
 */
export const addressClass: PlatformClass = platformClass('Address', {
  'String getStreet()': part('street'),
  'String getCity()': part('city'),
  'String getState()': part('state'),
  'String getPostalCode()': part('postalcode'),
  'String getCountry()': part('country'),
  'Double getLatitude()': part('latitude'),
  'Double getLongitude()': part('longitude'),
  'String getGeocodeAccuracy()': part('geocodeaccuracy'),
  'String getStateCode()': () => null,
  'String getCountryCode()': () => null,
});
