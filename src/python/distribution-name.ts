/** A distribution's name after PEP 503: `Scikit_Learn` and `scikit.learn` become `scikit-learn`. Extras compare alike (PEP 685). */
export function normaliseName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
