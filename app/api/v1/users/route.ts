import { apiRoute } from "@/lib/access/api-route.ts";
import { createUser } from "@/lib/access/create-user.ts";
import { listUsers } from "@/lib/access/list-users.ts";
import { CreateUserRequest, UserList, UserView } from "@/lib/contract/access-views.ts";

export const GET = apiRoute(
  { summary: "Users, by name", permission: "users.write", answer: UserList },
  async ({ services }) => ({ users: await listUsers(services) }),
);

export const POST = apiRoute(
  {
    summary: "Make a user",
    permission: "users.write",
    body: CreateUserRequest,
    answer: UserView,
    status: 201,
  },
  async ({ services, ctx, body }) => {
    const { username } = await createUser(services, ctx, body);
    return (await listUsers(services, username))[0];
  },
);
