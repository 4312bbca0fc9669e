"use client";

import { type ColumnDef, tableFeatures, useTable } from "@tanstack/react-table";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type ReactNode, useRef } from "react";
import { cn } from "./cn.ts";
import { useRowKeys } from "./use-row-keys.ts";

export const tableModel = tableFeatures({});

/** Columns that narrow screens can do without say from which width on they are shown. */
export type Column<Row> = {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** A second line below the cell, outside of the row's link. */
  note?: (row: Row) => ReactNode;
  from?: "sm" | "md" | "lg" | "xl";
  align?: "right";
  className?: string;
};

const shownFrom = {
  sm: "hidden sm:table-cell",
  md: "hidden md:table-cell",
  lg: "hidden lg:table-cell",
  xl: "hidden xl:table-cell",
} as const;

function cellStyle<Row>(column: Column<Row>): string {
  return cn(
    column.from && shownFrom[column.from],
    column.align === "right" && "text-right tabular",
    column.className,
  );
}

/** Rows link to a page of their own: the first cell holds the link, and j/k walk over the links. */
export function DataTable<Row extends object>(props: {
  label: string;
  rows: Row[];
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  rowHref?: (row: Row) => string;
}) {
  const router = useRouter();
  const body = useRef<HTMLTableSectionElement>(null);
  useRowKeys(body);
  const columns: ColumnDef<typeof tableModel, Row>[] = props.columns.map((column) => ({
    id: column.id,
    header: column.header,
    cell: ({ row }) => column.cell(row.original),
  }));
  const table = useTable({
    features: tableModel,
    columns,
    data: props.rows,
    getRowId: (row) => props.rowKey(row),
  });
  const notes = new Map(props.columns.map((column) => [column.id, column.note]));
  const looks = new Map(props.columns.map((column) => [column.id, cellStyle(column)]));

  return (
    <div className="scroll-thin overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{props.label}</caption>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} className="border-b bg-canvas/60">
              {group.headers.map((header) => (
                <th
                  key={header.id}
                  scope="col"
                  className={cn(
                    "px-4 py-2 text-left font-medium text-[0.8125rem] text-muted whitespace-nowrap first:pl-5 last:pr-5",
                    looks.get(header.column.id),
                  )}
                >
                  <table.FlexRender header={header} />
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody ref={body}>
          {table.getRowModel().rows.map((row) => {
            const href = props.rowHref?.(row.original);
            return (
              <tr
                key={row.id}
                className={cn("border-b last:border-b-0", href && "cursor-pointer hover:bg-canvas")}
                onClick={(event) => {
                  if (href && isPlainClick(event)) router.push(href);
                }}
              >
                {row.getAllCells().map((cell, index) => (
                  <td
                    key={cell.id}
                    className={cn(
                      "px-4 py-2.5 align-middle first:pl-5 last:pr-5",
                      looks.get(cell.column.id),
                    )}
                  >
                    {href && index === 0 ? (
                      <Link data-row-link href={href} className="font-medium hover:underline">
                        <table.FlexRender cell={cell} />
                      </Link>
                    ) : (
                      <table.FlexRender cell={cell} />
                    )}
                    <CellNote>{notes.get(cell.column.id)?.(row.original)}</CellNote>
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function CellNote({ children }: { children: ReactNode }) {
  return children ? <div className="text-[0.8125rem] text-subtle">{children}</div> : null;
}

// A click on a link or button inside, or one that ends a text selection, is not a click on the row.
function isPlainClick(event: React.MouseEvent): boolean {
  const target = event.target as Element;
  return !target.closest("a, button, input, label") && !window.getSelection()?.toString();
}
