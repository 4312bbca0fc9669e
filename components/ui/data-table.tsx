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
  /** Its content is the row's link. */
  isRowLink?: boolean;
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

/** Rows link to a page of their own: one cell holds the link, and j/k walk over the links. */
export function DataTable<Row extends object>(props: {
  label: string;
  rows: Row[];
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  rowHref?: (row: Row) => string;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  useRowKeys(body);
  const columns: ColumnDef<typeof tableModel, Row>[] = props.columns.map((column) => ({
    id: column.id,
    header: column.header,
    cell: ({ row }) => <Cell column={column} row={row.original} href={props.rowHref} />,
  }));
  const table = useTable({
    features: tableModel,
    columns,
    data: props.rows,
    getRowId: (row) => props.rowKey(row),
  });
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
                  className={cn(headStyle, looks.get(header.column.id))}
                >
                  <table.FlexRender header={header} />
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody ref={body}>
          {table.getRowModel().rows.map((row) => (
            <TableRow key={row.id} href={props.rowHref?.(row.original)}>
              {row.getAllCells().map((cell) => (
                <td key={cell.id} className={cn(bodyStyle, looks.get(cell.column.id))}>
                  <table.FlexRender cell={cell} />
                </td>
              ))}
            </TableRow>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const headStyle =
  "px-4 py-2 text-left font-medium text-[0.8125rem] text-muted whitespace-nowrap first:pl-5 last:pr-5";
const bodyStyle = "px-4 py-2.5 align-middle first:pl-5 last:pr-5";

/** The whole row is a place to click; one cell holds the link for everybody else. */
function TableRow({ href, children }: { href: string | undefined; children: ReactNode }) {
  const router = useRouter();
  return (
    <tr
      className={cn("border-b last:border-b-0", href && "cursor-pointer hover:bg-canvas")}
      onClick={(event) => {
        if (href && isPlainClick(event)) router.push(href);
      }}
    >
      {children}
    </tr>
  );
}

function Cell<Row>(props: {
  column: Column<Row>;
  row: Row;
  href: ((row: Row) => string) | undefined;
}) {
  const { column, row } = props;
  const content = column.cell(row);
  return (
    <>
      {props.href && column.isRowLink ? (
        <Link data-row-link href={props.href(row)} className="font-medium hover:underline">
          {content}
        </Link>
      ) : (
        content
      )}
      {column.note ? <div className="text-[0.8125rem] text-subtle">{column.note(row)}</div> : null}
    </>
  );
}

// A click on a link or button inside, or one that ends a text selection, is not a click on the row.
function isPlainClick(event: React.MouseEvent): boolean {
  const target = event.target as Element;
  return !target.closest("a, button, input, label") && !window.getSelection()?.toString();
}
