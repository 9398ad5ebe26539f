package sample.geometry;

import java.util.ArrayList;
import java.util.List;

/** Which of these fences cross each other? */
public final class Crossings {

    public record Point(double x, double y) {
        Point minus(Point other) {
            return new Point(x - other.x, y - other.y);
        }

        double cross(Point other) {
            return x * other.y - y * other.x;
        }
    }

    public record Fence(String owner, Point from, Point to) {}

    private Crossings() {}

    /** True if the two fences share at least one inner point. */
    static boolean cross(Fence a, Fence b) {
        Point r = a.to().minus(a.from());
        Point s = b.to().minus(b.from());
        double denominator = r.cross(s);
        if (Math.abs(denominator) < 1e-12) {
            return false; // parallel fences may touch, but they do not cross
        }
        Point between = b.from().minus(a.from());
        double t = between.cross(s) / denominator;
        double u = between.cross(r) / denominator;
        return t > 0 && t < 1 && u > 0 && u < 1;
    }

    /** All pairs of owners who should talk to each other. Quadratic, which is fine for a village. */
    public static List<String> quarrels(List<Fence> fences) {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < fences.size(); i++) {
            for (int j = i + 1; j < fences.size(); j++) {
                if (cross(fences.get(i), fences.get(j))) {
                    pairs.add(fences.get(i).owner() + " and " + fences.get(j).owner());
                }
            }
        }
        return pairs;
    }
}
