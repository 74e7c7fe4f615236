import type { ObjectTable } from './builder.ts';

/** Product2, Pricebook2, PricebookEntry. */
export const products: ObjectTable[] = [
  {
    name: 'Product2',
    label: 'Product',
    plural: 'Products',
    prefix: '01t',
    recent: 'viewed',
    fields: `
  Name | Product Name | string 255 | name required
  ProductCode | Product Code | string 255
  Description | Product Description | textarea 4000 | nofilter
  IsActive | Active | boolean
  Family | Product Family | picklist 255: None
  ExternalId | External ID | string 255 | idlookup
  DisplayUrl | Display URL | url 1000
  QuantityUnitOfMeasure | Quantity Unit Of Measure | picklist 40: Each
  StockKeepingUnit | Product SKU | string 180
  IsArchived | Archived | boolean | readonly`,
  },
  {
    name: 'Pricebook2',
    label: 'Price Book',
    plural: 'Price Books',
    prefix: '01s',
    recent: 'viewed',
    fields: `
  Name | Price Book Name | string 255 | name required
  IsActive | Active | boolean
  IsArchived | Archived | boolean | readonly
  Description | Description | string 255
  IsStandard | Is Standard Price Book | boolean | readonly`,
  },
  {
    name: 'PricebookEntry',
    label: 'Price Book Entry',
    plural: 'Price Book Entries',
    prefix: '01u',
    fields: `
  Name | Product Name | string 255 | name readonly
  Pricebook2Id | Price Book ID | reference Pricebook2 | required createonly cascade rel=Pricebook2 children=PricebookEntries
  Product2Id | Product ID | reference Product2 | required createonly cascade rel=Product2 children=PricebookEntries
  UnitPrice | List Price | currency 18,2 | required
  IsActive | Active | boolean
  UseStandardPrice | Use Standard Price | boolean
  ProductCode | Product Code | string 255 | readonly
  IsArchived | Archived | boolean | readonly`,
  },
];
