// A frontend's reading of the API, as a compiler sees it: types come from docs/openapi.json, and every kind of block,
// of answer and of thing at a path has to be dealt with, or this does not compile.

import type { components, operations, paths } from "./openapi.js";

type Schemas = components["schemas"];
type Article = Schemas["Article"];
type Block = Schemas["Block"];
type Problem = Schemas["Problem"];
type Query<Operation extends keyof operations> = NonNullable<operations[Operation]["parameters"]["query"]>;
type Json<Address extends keyof paths> = paths[Address] extends {
  get: { responses: { 200: { content: { "application/json": infer Answer } } } };
}
  ? Answer
  : never;

type Outcome<T> = { ok: true; value: T } | { ok: false; problem: Problem };

function assertNever(value: never): never {
  throw new Error(`Unexpected: ${JSON.stringify(value)}`);
}

async function read<T>(address: URL): Promise<Outcome<T>> {
  const answer = await fetch(address, { headers: { Accept: "application/json, application/problem+json" } });
  return answer.ok
    ? { ok: true, value: (await answer.json()) as T }
    : { ok: false, problem: (await answer.json()) as Problem };
}

export class Newsroom {
  constructor(private readonly server: string) {}

  list(query: Query<"listArticles">): Promise<Outcome<Json<"/api/v1/articles">>> {
    const address = new URL("/api/v1/articles", this.server);
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, String(value));
    return read(address);
  }

  get(key: string): Promise<Outcome<Json<"/api/v1/articles/{key}">>> {
    return read(new URL(`/api/v1/articles/${encodeURIComponent(key)}`, this.server));
  }

  related(key: string): Promise<Outcome<Json<"/api/v1/articles/{key}/related">>> {
    return read(new URL(`/api/v1/articles/${encodeURIComponent(key)}/related`, this.server));
  }

  resolve(path: string): Promise<Outcome<Json<"/api/v1/resolve">>> {
    const address = new URL("/api/v1/resolve", this.server);
    address.searchParams.set("path", path);
    return read(address);
  }
}

export function words(block: Block): string {
  switch (block.type) {
    case "paragraph":
      return block.value.links.map((link) => link.text).join(" ") + block.value.html;
    case "heading":
      return `${"#".repeat(block.value.level)} ${block.value.text}`;
    case "list":
      return block.value.items.map((item) => `${block.value.style === "numbered" ? "1." : "-"} ${item.html}`).join("\n");
    case "quote":
      return [block.value.text, block.value.attribution, block.value.role].filter((part) => part !== null).join(", ");
    case "divider":
      return "***";
    case "image":
      return block.value.caption ?? block.value.alt;
    case "gallery":
      return block.value.images.map((image) => image.alt).join("; ");
    case "embed":
      return block.value.html ?? block.value.url;
    case "fact_box":
      return `${block.value.title}: ${block.value.html}`;
    case "table":
      return block.value.rows.map((row) => row.map((cell) => cell ?? "").join(" | ")).join("\n");
    case "related":
      return block.value.stories.map((story) => story.title).join("; ");
    default:
      return assertNever(block);
  }
}

export function byline(article: Article): string {
  const names: string[] = article.authors.map((author) => author.name);
  return `${article.section.name}: ${names.join(", ")}, ${new Date(article.published_at).toISOString()}`;
}

export function why(link: Schemas["Related"]): string {
  const relation: "same_story" | "follow_up" | "background" | "latest" | null = link.relation;
  return [relation ?? link.origin, ...link.reasons.map((reason) => `${reason.kind}: ${reason.text}`)].join("; ");
}

export function route(found: Schemas["Resolved"]): string {
  switch (found.type) {
    case "article":
    case "section":
    case "topic":
    case "author":
      return found.api_url;
    case "redirect":
      return `${found.status} ${found.location}`;
    case "gone":
      return found.reason ?? "Gone";
    default:
      return assertNever(found);
  }
}

export function explain(problem: Problem): string {
  const kind = problem.type.slice(problem.type.lastIndexOf("/") + 1);
  const errors = problem.errors?.map((one) => `${one.parameter}: ${one.detail} ${one.allowed?.join(", ") ?? ""}`) ?? [];
  return [kind, problem.status.toFixed(), problem.reason ?? problem.detail, ...errors].join("\n");
}

export async function front(newsroom: Newsroom): Promise<string[]> {
  const first = await newsroom.list({ limit: 10, kind: "news", order: "-published_at", include: ["authors"] });
  if (!first.ok) return [explain(first.problem)];
  const next: string | null = first.value.next;
  const titles = first.value.items.map((item) => item.short_title ?? item.title);
  const top = first.value.items[0];
  if (top === undefined) return [];
  const story = await newsroom.get(top.id);
  if (!story.ok) return [explain(story.problem)];
  const links = await newsroom.related(top.id);
  return [
    ...titles,
    byline(story.value),
    ...story.value.body.blocks.map(words),
    ...(links.ok ? links.value.items.map(why) : []),
    next ?? "the end",
  ];
}
