import { isDocumentationPlace, isLegalName } from '../../distro/index.ts';
import type { ShrinkEdit, ShrinkPass, ShrinkSubject } from '../pass.ts';

// usr/share/locale/pt_BR/LC_MESSAGES/coreutils.mo
const catalogue = /\/(?:locale|translations|vim\d+\/lang)\/([^/]+)\//;
const localeSources = /^usr\/(?:local\/)?share\/i18n\//;

/** Manual pages, documents and message catalogues of other languages; what licences need stays. */
export const documentationPass: ShrinkPass = {
  name: 'documentation',
  title: 'documents, manual pages, languages that are not set',
  risk: 'safe',
  find(subject) {
    const languages = neededLanguages(subject);
    const edits: ShrinkEdit[] = [];
    for (const { entry } of subject.root.entries()) {
      const { path, type } = entry;
      // A link in `doc/` leads to the folder with the copyright of a package.
      if (type === 'directory' || (type === 'symlink' && /(?:^|\/)doc\/[^/]+$/.test(path))) continue;
      const slash = path.lastIndexOf('/') + 1;
      const directory = path.slice(0, slash);
      if (!isDocumentationPlace(directory) || isLegalName(path.slice(slash)) || localeSources.test(path))
        continue;
      const language = catalogue.exec(directory)?.[1];
      if (/\/(?:locale|lang)\/$/.test(directory) || (language !== undefined && languages.has(bare(language))))
        continue;
      const reason = language === undefined ? 'documentation' : `messages in ${language}`;
      edits.push({ kind: 'remove', path, reason, unit: path });
    }
    return { edits, leftAlone: [] };
  },
};

/** The languages that the image's variables ask for: `de_DE.UTF-8` needs `de_DE` and `de`; nothing asks for C. */
function neededLanguages({ config }: ShrinkSubject): ReadonlySet<string> {
  const languages = new Set(['en', 'en_US']);
  for (const assignment of config.env) {
    const value = /^(?:LANG|LANGUAGE|LC_\w+)=(.*)$/.exec(assignment)?.[1];
    for (const locale of (value ?? '').split(':')) {
      const name = bare(locale);
      languages.add(name).add(name.split('_')[0] ?? name);
    }
  }
  return languages;
}

/** `pt_BR.UTF-8@latin` without the character set and the variant. */
function bare(locale: string): string {
  return locale.replace(/[.@].*$/, '');
}
