// The sample survey and its responses, as a survey platform would post them. The fields they meet are defined in
// config/sample-org; what each response shows is said beside it, and checked against what became of it.

/** A response in the canonical envelope (docs/webhooks.md). */
export interface SampleResponse {
  responseId: string;
  status: 'completed' | 'partial' | 'disqualified' | 'over_quota';
  submittedAt: string;
  updatedAt: string;
  answers: Record<string, string | number | boolean | string[]>;
}

/** What a delivery must end as: its state, the outcome where Salesforce was asked, and the fields left out. */
export interface Expected {
  state: 'synced' | 'synced_with_fallback' | 'skipped' | 'rejected';
  outcome?: 'created' | 'updated' | 'unchanged';
  dropped?: string[];
}

export interface Sample {
  shows: string;
  response: SampleResponse;
  /** posted this many times; each further time must be answered as a duplicate */
  posts?: number;
  /** posted after the response before it has been delivered */
  afterPrevious?: boolean;
  contact: Expected;
  opinion: Expected;
}

export const SURVEY_ID = 'customer-feedback';
export const CONTACT = 'Customer_Feedback_Contact';
export const OPINION = 'Customer_Feedback_Opinion';

export const survey = {
  label: 'Customer feedback',
  questions: [
    { key: 'email', label: 'Your e-mail address', type: 'email' },
    { key: 'first_name', label: 'First name', type: 'text' },
    { key: 'last_name', label: 'Last name', type: 'text' },
    { key: 'phone', label: 'Phone', type: 'phone' },
    { key: 'job_title', label: 'What do you do?', type: 'text' },
    { key: 'channel', label: 'How did you hear of us?', type: 'single_choice' },
    { key: 'consent', label: 'May we keep your details?', type: 'yes_no' },
    { key: 'score', label: 'How likely would you recommend us?', type: 'nps' },
    { key: 'opinion', label: 'Tell us more', type: 'text' },
    { key: 'topic', label: 'What is it about?', type: 'single_choice' },
    { key: 'contact_by', label: 'How may we reach you?', type: 'single_choice' },
    { key: 'member_no', label: 'Member number', type: 'text' },
  ],
};

const created: Expected = { state: 'synced', outcome: 'created' };
const skipped: Expected = { state: 'skipped' };

/** The sample responses with times before `now` (epoch milliseconds), in the order in which they are posted. */
export function samples(now: number): Sample[] {
  let minute = 0;
  const at = (): string => new Date(now - 3_600_000 + ++minute * 60_000).toISOString();
  const response = (
    responseId: string,
    answers: SampleResponse['answers'],
    status: SampleResponse['status'] = 'completed',
  ): SampleResponse => {
    const time = at();
    return { responseId, status, submittedAt: time, updatedAt: time, answers };
  };
  return [
    {
      shows: 'a new contact',
      response: response('new-contact', {
        email: 'ada.lovelace@example.com',
        first_name: 'Ada',
        last_name: 'Lovelace',
        phone: '+44 20 7946 0001',
        job_title: 'Analyst',
        channel: 'Web',
        consent: 'yes',
        score: 9,
        contact_by: 'email',
        opinion: 'The engine does what it says.',
        topic: 'Product',
      }),
      contact: created,
      opinion: created,
    },
    {
      shows: 'an existing contact found by e-mail in other capitals',
      response: response('other-capitals', {
        email: 'GRACE.HOPPER@Example.COM',
        last_name: 'Hopper',
        job_title: 'Rear Admiral',
        consent: 'yes',
        score: 10,
      }),
      contact: { state: 'synced', outcome: 'updated' },
      opinion: skipped,
    },
    {
      shows: 'a bad e-mail address left out',
      response: response('bad-email', {
        email: 'linus(at)example.com',
        last_name: 'Pauling',
        consent: 'no',
        score: 7,
        opinion: 'Please write to me.',
        topic: 'Service',
      }),
      contact: skipped,
      opinion: { state: 'synced_with_fallback', outcome: 'created', dropped: ['Respondent_Email__c'] },
    },
    {
      shows: 'a text too long and a wrong picklist value left out',
      response: response('too-long', {
        email: 'alan.turing@example.com',
        first_name: 'Alan',
        last_name: 'Turing',
        job_title: 'Mathematician, '.repeat(12),
        consent: 'yes',
        score: 8,
        contact_by: 'pigeon',
      }),
      contact: { state: 'synced_with_fallback', outcome: 'created', dropped: ['Preferred_Contact__c', 'Title'] },
      opinion: skipped,
    },
    {
      shows: 'a field-level validation rule',
      response: response('score-out-of-range', {
        email: 'emmy.noether@example.com',
        last_name: 'Noether',
        consent: 'yes',
        score: 42,
      }),
      contact: { state: 'synced_with_fallback', outcome: 'created', dropped: ['Last_Survey_Score__c'] },
      opinion: skipped,
    },
    {
      shows: 'a record-level rule cured by dropping the one field to blame',
      response: response('calls-without-phone', {
        email: 'katherine.johnson@example.com',
        first_name: 'Katherine',
        last_name: 'Johnson',
        job_title: 'Research mathematician',
        consent: 'yes',
        score: 10,
        contact_by: 'phone',
      }),
      contact: { state: 'synced_with_fallback', outcome: 'created', dropped: ['Preferred_Contact__c'] },
      opinion: skipped,
    },
    {
      shows: 'rejected: the lookup value is blank',
      response: response('blank-email', { email: '', last_name: 'Nobody', consent: 'yes', score: 5 }),
      contact: { state: 'rejected' },
      opinion: skipped,
    },
    {
      shows: 'skipped by its status',
      response: response(
        'disqualified',
        { email: 'bot@example.com', last_name: 'Bot', consent: 'yes' },
        'disqualified',
      ),
      contact: skipped,
      opinion: skipped,
    },
    {
      shows: 'skipped by a condition',
      response: response('no-consent', { email: 'shy@example.com', last_name: 'Shy', consent: 'no', score: 6 }),
      contact: skipped,
      opinion: skipped,
    },
    {
      shows: 'the same response posted twice',
      response: response('posted-twice', {
        email: 'mary.jackson@example.com',
        last_name: 'Jackson',
        consent: 'yes',
        score: 9,
      }),
      posts: 2,
      contact: created,
      opinion: skipped,
    },
    {
      shows: 'a partial response',
      response: response(
        'completed-later',
        { email: 'dorothy.vaughan@example.com', last_name: 'Vaughan', consent: 'yes' },
        'partial',
      ),
      contact: created,
      opinion: skipped,
    },
    {
      shows: '… completed later',
      response: response('completed-later', {
        email: 'dorothy.vaughan@example.com',
        first_name: 'Dorothy',
        last_name: 'Vaughan',
        job_title: 'Supervisor',
        consent: 'yes',
        score: 9,
        opinion: 'Learn to programme the machine.',
        topic: 'Other',
      }),
      afterPrevious: true,
      contact: { state: 'synced', outcome: 'updated' },
      opinion: created,
    },
  ];
}

export const BULK_SIZE = 250;

/** 250 responses of 250 people, a moment apart; every fifth with a preference that their record cannot keep. */
export function bulkResponses(now: number): SampleResponse[] {
  return Array.from({ length: BULK_SIZE }, (_, i) => {
    const number = String(i + 1).padStart(3, '0');
    const time = new Date(now - 600_000 + i * 1000).toISOString();
    return {
      responseId: `bulk-${number}`,
      status: 'completed' as const,
      submittedAt: time,
      updatedAt: time,
      answers: {
        email: `visitor.${number}@example.com`,
        first_name: 'Visitor',
        last_name: `Number ${number}`,
        channel: 'Web',
        consent: 'yes',
        score: i % 11,
        contact_by: i % 5 === 0 ? 'phone' : 'email',
        member_no: `M-${number}`,
      },
    };
  });
}

/** How many of the bulk responses lose their preference to the sample org's record-level rule. */
export const BULK_FALLBACKS = BULK_SIZE / 5;
