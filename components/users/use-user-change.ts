"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";

/** A change of a user: on success the list is read anew, it is said, and the dialog closes. */
export function useUserChange(done: {
  change: () => Promise<unknown>;
  said: string;
  onClose: () => void;
}) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: done.change,
    async onSuccess() {
      done.onClose();
      toast.success(done.said);
      await client.invalidateQueries({ queryKey: ["users"] });
    },
  });
}
