<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name>HarbourWindow</name>
    <message>
        <location filename="../harbour.cpp" line="41"/>
        <source>Open the harbour</source>
        <translation>Hafen öffnen</translation>
    </message>
    <message>
        <location filename="../harbour.cpp" line="57"/>
        <source>%n boat(s) waiting</source>
        <translation>
            <numerusform>%n Boot wartet</numerusform>
            <numerusform>%n Boote warten</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../harbour.cpp" line="88"/>
        <source>The tide is too low</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
