const places =
  /^usr\/(?:local\/)?(?:share\/(?:doc|man|info|locale|i18n|gtk-doc|help|lintian|doc-base|omf|vim\/vim\d+\/(?:doc|lang|tutor))|man|info|doc)\/|(?:^|\/)share\/man\/|^opt\/[^/]*(?:conda3?|forge3?|mamba)\/(?:share\/)?(?:man|doc|info|locale|gtk-doc)\//;
// Licences have to stay with what they cover.
const legalName = /^(?:copyright|licen[cs]es?|copying|notice)(?:[.-].*)?$/i;

/** True for a directory (with a slash at its end) that holds manual pages, documents, message catalogues or sources of locales. */
export function isDocumentationPlace(directory: string): boolean {
  return places.test(directory) && !directory.includes('/common-licenses/');
}

/** True for the name of a file that has to stay with what it covers. */
export function isLegalName(name: string): boolean {
  return legalName.test(name);
}
