// A trader on Microsoft's SignalR client: logs in, listens to both hubs, buys, closes, and prints what arrived.
//
//   node signalr_client.cjs '{"url": ..., "userName": ..., "apiKey": ..., "accountId": ..., "contractId": ...,
//                             "skipNegotiation": true, "fault": {"fault": "cut-hub"}}'
//
// With `fault`, the simulator loses both connections before the trade; the client has to come back by itself.
// The last line on stdout is one JSON object: every event in the order of its arrival, and what was refused.
"use strict";

const signalr = require("@microsoft/signalr");

const PATIENCE_MS = 15000;
const USER_EVENTS = ["GatewayUserAccount", "GatewayUserOrder", "GatewayUserPosition", "GatewayUserTrade"];
const MARKET_EVENTS = ["GatewayQuote", "GatewayTrade", "GatewayDepth"];
const FILLED = 2;

const plan = JSON.parse(process.argv[2]);
const seen = { events: [], refused: {}, orderId: null, reconnects: 0 };
const watchers = new Set();

/** Keep an event, and wake whoever waits for one. */
function note(name, args) {
  seen.events.push({ name, args });
  for (const look of watchers) look();
}

/** The payload of a user event, wrapped in {action, data} or bare. */
function row(event) {
  const payload = event.args[event.args.length - 1];
  return payload && payload.data !== undefined ? payload.data : payload;
}

/** Wait until an event of this name fits, also one that is already there. */
function until(name, fits, since = 0) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = seen.events.slice(since).find((event) => event.name === name && fits(row(event), event));
      if (found) {
        clearTimeout(timer);
        watchers.delete(look);
        resolve(found);
      }
    };
    const timer = setTimeout(() => {
      watchers.delete(look);
      reject(new Error(`No ${name} that fits within ${PATIENCE_MS} ms: ${fits}`));
    }, PATIENCE_MS);
    watchers.add(look);
    look();
  });
}

/** One REST call; the answer whether it succeeded or not. */
async function call(path, body, token) {
  const headers = { "content-type": "application/json", accept: "text/plain" };
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(`${plan.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** A hub connection as the gateway's own documentation builds it. */
async function connect(hub, token, events) {
  const connection = new signalr.HubConnectionBuilder()
    .withUrl(`${plan.url}/hubs/${hub}?access_token=${token}`, {
      skipNegotiation: plan.skipNegotiation,
      transport: signalr.HttpTransportType.WebSockets,
      accessTokenFactory: () => token,
      timeout: 10000,
    })
    .withAutomaticReconnect()
    .configureLogging(signalr.LogLevel.Warning)
    .build();
  for (const name of events) connection.on(name, (...args) => note(name, args));
  await connection.start();
  return connection;
}

/** Ask for everything that both hubs can tell. */
async function subscribe(user, market) {
  await user.invoke("SubscribeAccounts");
  for (const method of ["SubscribeOrders", "SubscribePositions", "SubscribeTrades"]) {
    await user.invoke(method, plan.accountId);
  }
  for (const method of ["SubscribeContractQuotes", "SubscribeContractTrades", "SubscribeContractMarketDepth"]) {
    await market.invoke(method, plan.contractId);
  }
}

/** Have the simulator lose both connections, and wait until the client has both again. */
async function lose(user, market) {
  const back = [user, market].map((connection) => {
    return new Promise((resolve, reject) => {
      connection.onreconnected(resolve);
      connection.onclose((error) => reject(error || new Error("The connection was given up")));
      setTimeout(() => reject(new Error(`Not back within ${PATIENCE_MS} ms`)), PATIENCE_MS).unref();
    });
  });
  for (const hub of ["user", "market"]) await call("/simulator/faults", { ...plan.fault, hub });
  await Promise.all(back);
  seen.reconnects = back.length;
}

/** Invoke what should not work, and keep the sentence of the refusal. */
async function refused(connection, method, ...args) {
  try {
    await connection.invoke(method, ...args);
  } catch (error) {
    seen.refused[method] = error.message;
  }
}

async function main() {
  const login = await call("/api/Auth/loginKey", { userName: plan.userName, apiKey: plan.apiKey });
  const token = login.token;
  const user = await connect("user", token, USER_EVENTS);
  const market = await connect("market", token, MARKET_EVENTS);

  await subscribe(user, market);
  await refused(user, "SubscribeEverything");
  await until("GatewayQuote", (quote) => quote.lastPrice !== undefined && quote.bestBid !== undefined);
  if (plan.fault) {
    await lose(user, market);
    await subscribe(user, market);
    await until("GatewayQuote", () => true, seen.events.length);
  }

  const order = { accountId: plan.accountId, contractId: plan.contractId, type: 2, side: 0, size: 2 };
  const placed = await call("/api/Order/place", order, token);
  if (!placed.success) throw new Error(`The order was refused: ${placed.errorMessage}`);
  seen.orderId = placed.orderId;
  await until("GatewayUserOrder", (data) => data.id === placed.orderId && data.status === FILLED);
  await until("GatewayUserTrade", (data) => data.orderId === placed.orderId);
  await until("GatewayUserPosition", (data) => data.contractId === plan.contractId && data.size === 2);

  const before = seen.events.length;
  const closed = await call("/api/Position/closeContract", { accountId: plan.accountId, contractId: plan.contractId }, token);
  if (!closed.success) throw new Error(`The close was refused: ${closed.errorMessage}`);
  await until("GatewayUserPosition", (data) => data.contractId === plan.contractId && data.size === 0, before);
  await until("GatewayUserTrade", (data) => data.profitAndLoss !== undefined, before);
  await until("GatewayUserAccount", (data) => data.id === plan.accountId, before);

  await user.stop();
  await market.stop();
  console.log(JSON.stringify(seen));
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    console.error(JSON.stringify(seen.events.slice(-5)));
    process.exit(1);
  },
);
