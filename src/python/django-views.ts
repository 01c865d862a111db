import type { PythonFile } from './import-scan.ts';
import { argumentsOf, childrenOf, dottedName, type Node, withPythonSyntax } from './python-syntax.ts';

/** What a view of Django asks for, and how much it does. */
export interface DjangoView {
  readonly answersGet: boolean;
  /** `required` and `open` as the view says it; `default` as the settings do, `rest-default` as those of the REST framework do. */
  readonly login: 'required' | 'open' | 'default' | 'rest-default';
  /** It seems to do nothing but answer: no database, no call of another service, no redirect. */
  readonly isCheap: boolean;
}

/** A view by `file#name`; undefined where it is not found there. */
export async function readDjangoView(
  place: string,
  files: readonly PythonFile[],
): Promise<DjangoView | undefined> {
  if (place === 'lambda') return { answersGet: true, login: 'default', isCheap: true };
  const [path, name] = place.split('#');
  const text = files.find((file) => file.path === path)?.text;
  if (text === undefined) return undefined;
  return withPythonSyntax(text, (root) => {
    for (const node of childrenOf(root)) {
      const definition = node.type === 'decorated_definition' ? node.childForFieldName('definition') : node;
      if (
        definition?.childForFieldName('name')?.text !== name ||
        !/_definition$/.test(definition?.type ?? '')
      )
        continue;
      const decorators = childrenOf(node).filter(({ type }) => type === 'decorator');
      return definition?.type === 'class_definition'
        ? classView(definition, decorators)
        : definition
          ? functionView(definition, decorators)
          : undefined;
    }
    return undefined;
  });
}

const loginDecorator =
  /^@\s*(?:[\w.]*\.)?(login_required|permission_required|user_passes_test|staff_member_required|superuser_required)\b/;
const loginClass = /\b(?:LoginRequired|PermissionRequired|UserPassesTest)Mixin\b/;
const restricted = /\bIs(?:Authenticated|AdminUser)\b|HasPermission/;

function functionView(definition: Node, decorators: readonly Node[]): DjangoView {
  const texts = decorators.map(({ text }) => text);
  const methods = texts.find((text) => /\b(?:api_view|require_http_methods)\b/.test(text));
  const isRest = texts.some((text) => /\bapi_view\b/.test(text));
  const permissions = texts.find((text) => /\bpermission_classes\b/.test(text));
  return {
    answersGet:
      !texts.some((text) => /\brequire_POST\b/.test(text)) &&
      (methods === undefined || !/["'[]/.test(methods) || /["']GET["']/i.test(methods)),
    login: texts.some((text) => loginDecorator.test(text))
      ? 'required'
      : loginOf(texts.join('\n'), permissions, isRest),
    isCheap: isCheap(definition.text),
  };
}

function classView(definition: Node, decorators: readonly Node[]): DjangoView {
  const bases = argumentsOf(definition).positional.map((base) => dottedName(base) ?? base.text);
  const members = childrenOf(definition.childForFieldName('body') ?? definition);
  const methods = definition
    .descendantsOfType('function_definition')
    .map((one) => one?.childForFieldName('name')?.text);
  const isRest = bases.some((base) =>
    /APIView|ViewSet|GenericAPI|(?:List|Retrieve|Create)\w*View$/.test(base),
  );
  const permissions = members.find(({ text }) => /^permission_classes\b/.test(text))?.text;
  const isGeneric = bases.some((base) => /(?:Template|Detail|List)View$/.test(base));
  const decorated = [...decorators.map(({ text }) => text), ...bases].join('\n');
  return {
    answersGet: methods.includes('get') || isGeneric,
    login:
      loginClass.test(decorated) || /login_required|permission_required/.test(decorated)
        ? 'required'
        : loginOf(decorated, permissions, isRest),
    isCheap:
      bases.some((base) => /(?:^|\.)(?:View|APIView|TemplateView)$/.test(base)) && isCheap(definition.text),
  };
}

function loginOf(texts: string, permissions: string | undefined, isRest: boolean): DjangoView['login'] {
  if (permissions !== undefined) return restricted.test(permissions) ? 'required' : 'open';
  if (/\blogin_not_required\b/.test(texts)) return 'open';
  return isRest ? 'rest-default' : 'default';
}

function isCheap(text: string): boolean {
  return (
    text.split('\n').length <= 30 &&
    !/\.objects\b|\bredirect\(|HttpResponseRedirect|\brequests\.|\bhttpx\.|\bcursor\(|\bcache\.|\blogin\b|\.predict\(|\.apply_async\(|\.delay\(/.test(
      text,
    )
  );
}
