import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/**
 * The cart of the demo's shop in Java. CART_MODE=heap keeps an array for each POST /cart. It counts what it really kept,
 * and knows nothing of telemetry.
 */
public final class Cart {
  private static final String MODE = System.getenv().getOrDefault("CART_MODE", "healthy");
  private static final long ONSET_MS =
      System.currentTimeMillis() + 1_000L * Long.parseLong(System.getenv().getOrDefault("CART_ONSET_S", "0"));
  private static final int DRAFT_BYTES = 24_576;
  /** Header of an array of bytes. */
  private static final int HEADER_BYTES = 16;
  private static final int USERS_MAX = 400;

  private static final Map<String, Integer> CARTS = new ConcurrentHashMap<>();
  private static final List<byte[]> KEPT = new ArrayList<>();
  private static long firstMs;

  public static void main(String[] arguments) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/cart", Cart::handle);
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.start();
    System.out.println("{\"port\":" + server.getAddress().getPort() + "}");
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      if (line.equals("truth")) System.out.println(truth());
    }
    System.exit(0);
  }

  private static void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    if (exchange.getRequestMethod().equals("POST")) {
      if (CARTS.size() >= USERS_MAX) CARTS.clear();
      CARTS.merge(Integer.toString(body.hashCode() % USERS_MAX), 1, Integer::sum);
      leave();
    }
    double[] prices = new double[2_000];
    for (int pieces = 0; pieces < prices.length; pieces++) prices[pieces] = Math.pow(pieces, 0.9);
    byte[] answer = ("{\"price\":" + prices[CARTS.size() % prices.length] + "}").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private static synchronized void leave() {
    if (!MODE.equals("heap") || System.currentTimeMillis() < ONSET_MS) return;
    if (firstMs == 0) firstMs = System.currentTimeMillis();
    KEPT.add(new byte[DRAFT_BYTES]);
  }

  private static synchronized String truth() {
    long calls = KEPT.size();
    long bytes = calls * (DRAFT_BYTES + HEADER_BYTES);
    return "{\"truth\":{\"calls\":" + calls + ",\"items\":" + calls + ",\"bytes\":" + bytes + ",\"firstMs\":" + firstMs
        + "}}";
  }
}
