const FIRST = 31;
const LAST = 68;

/** The API versions that the org answers, oldest first, as `/services/data` lists them. All behave the same here. */
export function apiVersions(): { label: string; url: string; version: string }[] {
  return Array.from({ length: LAST - FIRST + 1 }, (_, i) => ({
    label: releaseOf(FIRST + i),
    url: `/services/data/v${FIRST + i}.0`,
    version: `${FIRST + i}.0`,
  }));
}

export function isApiVersion(text: string): boolean {
  const match = /^v(\d+)\.0$/.exec(text);
  return match !== null && Number(match[1]) >= FIRST && Number(match[1]) <= LAST;
}

/** Three releases a year: v31 was Summer '14, v32 Winter '15, v33 Spring '15. */
function releaseOf(version: number): string {
  const n = version - FIRST;
  const season = ['Summer', 'Winter', 'Spring'][n % 3] ?? '';
  const year = Math.floor(n / 3) + (season === 'Summer' ? 14 : 15);
  return `${season} '${String(year).padStart(2, '0')}`;
}
