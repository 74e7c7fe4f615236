/** Lines that several object tables share. */

/** The values that Salesforce ships for Lead Source (Contact, Lead, Opportunity and, as Account Source, Account). */
export const LEAD_SOURCES = 'Web; Phone Inquiry; Partner Referral; Purchased List; Other';

export const SALUTATIONS = 'Mr.; Ms.; Mrs.; Dr.; Prof.; Mx.';

export const RATINGS = 'Hot; Warm; Cold';

export const INDUSTRIES =
  'Agriculture; Apparel; Banking; Biotechnology; Chemicals; Communications; Construction; Consulting; Education; ' +
  'Electronics; Energy; Engineering; Entertainment; Environmental; Finance; Food & Beverage; Government; Healthcare; ' +
  'Hospitality; Insurance; Machinery; Manufacturing; Media; Not For Profit; Recreation; Retail; Shipping; Technology; ' +
  'Telecommunications; Transportation; Utilities; Other';

const GEOCODE_ACCURACIES =
  'Address; NearAddress; Block; Street; ExtendedZip; Zip; Neighborhood; City; County; State; Unknown';

/**
 * The eight parts of an address and the compound itself.
 * @param prefix of the API names, e.g. `Mailing`. @param label of the labels, e.g. `Mailing `
 */
export function address(prefix: string, label: string): string {
  return `
  ${prefix}Street | ${label}Street | textarea 255
  ${prefix}City | ${label}City | string 40
  ${prefix}State | ${label}State/Province | string 80
  ${prefix}PostalCode | ${label}Zip/Postal Code | string 20
  ${prefix}Country | ${label}Country | string 80
  ${prefix}Latitude | ${label}Latitude | double 18,15
  ${prefix}Longitude | ${label}Longitude | double 18,15
  ${prefix}GeocodeAccuracy | ${label}Geocode Accuracy | picklist 40: ${GEOCODE_ACCURACIES} | restricted
  ${prefix}Address | ${label}Address | compound address: ${['Street', 'City', 'State', 'PostalCode', 'Country', 'Latitude', 'Longitude', 'GeocodeAccuracy'].map((part) => prefix + part).join(', ')}`;
}

/**
 * Salutation, first and last name and the Name that is put together from them. The parts have no field-level security
 * of their own: they are seen and written by whoever may read and write the object.
 */
export const PERSON_NAME = `
  LastName | Last Name | string 80 | required
  FirstName | First Name | string 40 | always
  Salutation | Salutation | picklist 40: ${SALUTATIONS} | always
  Name | Full Name | string 121 | name of=FirstName,LastName required`;

/** A self reference that only a merge sets. */
export const masterRecord = (object: string): string =>
  `MasterRecordId | Master Record ID | reference ${object} | readonly system rel=MasterRecord`;
