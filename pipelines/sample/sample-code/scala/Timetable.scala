// SPDX-License-Identifier: MIT
package sample.timetable

import scala.annotation.tailrec
import scala.collection.immutable.SortedSet

/** A departure from one stop to another; times are minutes after midnight. */
final case class Leg(line: String, from: String, to: String, departs: Int, arrives: Int)

final case class Journey(legs: List[Leg]) {
  def arrives: Int = legs.last.arrives
  def changes: Int = legs.map(_.line).distinct.size - 1
  def describe: String =
    legs.map(leg => s"${clock(leg.departs)} ${leg.from} (${leg.line}) -> ${clock(leg.arrives)} ${leg.to}").mkString("\n")

  private def clock(minutes: Int): String = f"${minutes / 60}%02d:${minutes % 60}%02d"
}

object Timetable {

  private val ChangeMinutes = 4

  /** The journey that arrives first: a scan over all legs in order of departure. */
  def earliest(legs: Seq[Leg], from: String, to: String, after: Int): Option[Journey] = {
    val start = Map(from -> (after - ChangeMinutes, List.empty[Leg]))

    @tailrec
    def scan(rest: List[Leg], reached: Map[String, (Int, List[Leg])]): Map[String, (Int, List[Leg])] =
      rest match {
        case Nil => reached
        case leg :: more =>
          val usable = reached.get(leg.from).filter { case (time, path) =>
            val sameLine = path.headOption.exists(_.line == leg.line)
            leg.departs >= time + (if (sameLine) 0 else ChangeMinutes)
          }
          val better = usable.filter(_ => reached.get(leg.to).forall(_._1 > leg.arrives))
          scan(more, better.fold(reached) { case (_, path) => reached + (leg.to -> (leg.arrives, leg :: path)) })
      }

    scan(legs.sortBy(_.departs).toList, start)
      .get(to)
      .collect { case (_, path) if path.nonEmpty => Journey(path.reverse) }
  }

  def stops(legs: Seq[Leg]): SortedSet[String] =
    SortedSet.from(legs.flatMap(leg => List(leg.from, leg.to)))
}

object Main extends App {
  val legs = Seq(
    Leg("12", "Harbour", "Market", 480, 489),
    Leg("12", "Market", "Hill", 490, 501),
    Leg("3", "Market", "Hill", 494, 498)
  )
  Timetable.earliest(legs, "Harbour", "Hill", 475) match {
    case Some(journey) => println(journey.describe)
    case None => println("Walk. It is a nice day.")
  }
}
