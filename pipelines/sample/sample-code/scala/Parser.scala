package sample.arithmetic

/** Reads and evaluates sums such as `2 * (3 + 4) - 1`, and says where they go wrong. */
object Parser {

  sealed trait Expression
  final case class Number(value: BigDecimal) extends Expression
  final case class Negate(inner: Expression) extends Expression
  final case class Binary(sign: Char, left: Expression, right: Expression) extends Expression

  final case class Mistake(at: Int, wanted: String) {
    def show(text: String): String = s"$text\n${" " * at}^ $wanted expected"
  }

  private type Result[A] = Either[Mistake, (A, Int)]

  def parse(text: String): Either[Mistake, Expression] =
    sum(text, 0).flatMap { case (expression, next) =>
      val end = skip(text, next)
      if (end == text.length) Right(expression) else Left(Mistake(end, "an operator"))
    }

  def evaluate(expression: Expression): Option[BigDecimal] = expression match {
    case Number(value) => Some(value)
    case Negate(inner) => evaluate(inner).map(-_)
    case Binary(sign, left, right) =>
      for {
        a <- evaluate(left)
        b <- evaluate(right)
        value <- sign match {
          case '+' => Some(a + b)
          case '-' => Some(a - b)
          case '*' => Some(a * b)
          case '/' => if (b == 0) None else Some(a / b)
        }
      } yield value
  }

  private def skip(text: String, at: Int): Int = {
    val next = text.indexWhere(!_.isWhitespace, at)
    if (next < 0) text.length else next
  }

  private def chain(text: String, at: Int, signs: String)(operand: (String, Int) => Result[Expression]): Result[Expression] = {
    def more(left: Expression, from: Int): Result[Expression] = {
      val next = skip(text, from)
      if (next < text.length && signs.contains(text(next)))
        operand(text, next + 1).flatMap { case (right, after) => more(Binary(text(next), left, right), after) }
      else Right((left, from))
    }
    operand(text, at).flatMap { case (first, next) => more(first, next) }
  }

  private def sum(text: String, at: Int): Result[Expression] = chain(text, at, "+-")(product)

  private def product(text: String, at: Int): Result[Expression] = chain(text, at, "*/")(factor)

  private def factor(text: String, at: Int): Result[Expression] = {
    val start = skip(text, at)
    if (start == text.length) Left(Mistake(start, "a number"))
    else if (text(start) == '-') factor(text, start + 1).map { case (inner, next) => (Negate(inner), next) }
    else if (text(start) == '(')
      sum(text, start + 1).flatMap { case (inner, next) =>
        val close = skip(text, next)
        if (close < text.length && text(close) == ')') Right((inner, close + 1))
        else Left(Mistake(close, "a closing bracket"))
      }
    else {
      val digits = text.drop(start).takeWhile(c => c.isDigit || c == '.')
      if (digits.isEmpty) Left(Mistake(start, "a number"))
      else Right((Number(BigDecimal(digits)), start + digits.length))
    }
  }
}
